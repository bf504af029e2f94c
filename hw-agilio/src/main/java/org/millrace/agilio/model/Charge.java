package org.millrace.agilio.model;

import java.util.Arrays;

/**
 * What a visit of a place costs: instructions, and what its thread waits for between them. Owned by: the thread that runs the
 * machine.
 */
public final class Charge {
    private static final Memory[] MEMORIES = Memory.values();

    private double instructions;
    /** Cycles that no factor scales: the FPC polls, its threads stand still. */
    private int busyCycles;
    private int[] waits = new int[16];
    private int[] bytes = new int[16];
    private int count;

    /** Makes one of nothing. */
    public Charge() {
    }

    /** Forgets everything. */
    void clear() {
        instructions = 0;
        busyCycles = 0;
        count = 0;
    }

    /**
     * Adds instructions.
     *
     * @param more how many
     */
    public void instructions(double more) {
        instructions += more;
    }

    /**
     * Adds cycles in which the FPC can do nothing else.
     *
     * @param cycles how many
     */
    public void busy(int cycles) {
        busyCycles += cycles;
    }

    /**
     * Adds an access.
     *
     * @param memory of what
     */
    public void access(Memory memory) {
        transfer(memory, 0);
    }

    /**
     * Adds a transfer.
     *
     * @param memory over what
     * @param length bytes
     */
    public void transfer(Memory memory, int length) {
        if (count == waits.length) {
            waits = Arrays.copyOf(waits, 2 * count);
            bytes = Arrays.copyOf(bytes, 2 * count);
        }
        waits[count] = memory.ordinal();
        bytes[count++] = length;
    }

    /**
     * Becomes equal to another.
     *
     * @param other the other
     */
    public void set(Charge other) {
        clear();
        instructions = other.instructions;
        busyCycles = other.busyCycles;
        for (int i = 0; i < other.count; i++) {
            transfer(MEMORIES[other.waits[i]], other.bytes[i]);
        }
    }

    /** {@return instructions} */
    public double instructions() {
        return instructions;
    }

    /** {@return cycles in which the FPC can do nothing else} */
    public int busyCycles() {
        return busyCycles;
    }

    /** {@return accesses} */
    public int count() {
        return count;
    }

    /**
     * {@return of what an access is}
     *
     * @param index which
     */
    public Memory memory(int index) {
        return MEMORIES[waits[index]];
    }

    /**
     * {@return bytes of a transfer}
     *
     * @param index which access
     */
    public int bytes(int index) {
        return bytes[index];
    }
}
