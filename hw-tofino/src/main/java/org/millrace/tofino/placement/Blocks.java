package org.millrace.tofino.placement;

import org.millrace.tofino.machine.Machine;

/** How many blocks a memory takes (resource_estimate.cpp, table_layout.cpp of the public compiler). */
final class Blocks {
    private final Machine machine;

    Blocks(Machine machine) {
        this.machine = machine;
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** A register of entries of so many bits, with its spare; as many map RAMs as SRAMs. */
    int register(int entries, int entryBits) {
        int bits = Integer.highestOneBit(Math.max(2 * entryBits - 1, 1));
        int perWord = Math.max(machine.stage().sramWordBits() / bits, 1);
        return ceil(entries, machine.stage().sramWords() * perWord) + 1;
    }

    /** Action data addressed by index, up to a word an entry. */
    int actionData(int entries, int entryBytes) {
        int wordBytes = machine.stage().sramWordBits() / 8;
        int perWord = wordBytes / Math.min(Integer.highestOneBit(Math.max(2 * entryBytes - 1, 1)), wordBytes);
        return ceil(entries, machine.stage().sramWords() * perWord);
    }

    /** An exact-match table. */
    int exact(int entries, int keyBits, int overheadBits) {
        int bits = keyBits - machine.exact().indexBits() + machine.exact().versionBits() + overheadBits;
        int perWord = Math.max(machine.stage().sramWordBits() / bits, 1);
        int words = ceil(bits, machine.stage().sramWordBits());
        return Math.max(ceil(entries, machine.stage().sramWords() * perWord), machine.exact().minWays()) * words;
    }
}
