package org.millrace.tofino;

import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.tofino.machine.Machine;

/**
 * The queues of a port to the wire, one a priority. Frames wait in them and leave in strict priority at the port's rate;
 * within a priority in their order. One that finds its queue long is to be marked, one that finds it full is refused; a
 * long queue asks the hosts to pause.
 *
 * <p>DESIGN NOTES. Time is in cycles: {@link #nextCycle} says when the port takes the next frame, and whoever keeps the
 * machine's time {@link #take}s it then. A frame that nobody asked about with {@link #admits} (what the pipe answers has
 * touched its state already) enters on top of a full queue.
 *
 * <p>Owned by: the data-path thread.
 */
final class TrafficManager {
    /** No cycle. */
    static final long NEVER = Long.MAX_VALUE;

    private final Machine.TrafficManager limits;
    private final long clockMhz;
    private final Queue[] queues;
    private long freeCycle;
    private int waiting;
    private long pauses;

    private static final class Queue {
        final WaitingFrames frames;
        int cells;
        int mostCells;
        long entered;
        long marked;
        long refused;
        boolean isPausing;

        Queue(int itemWords) {
            frames = new WaitingFrames(itemWords);
        }
    }

    /**
     * @param machine   its limits
     * @param itemWords words of a frame's metadata
     */
    TrafficManager(Machine machine, int itemWords) {
        limits = machine.trafficManager();
        clockMhz = machine.pipe().packetClockMhz();
        queues = new Queue[limits.priorities()];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = new Queue(itemWords);
        }
    }

    private int cells(int bytes) {
        return (bytes + limits.cellBytes() - 1) / limits.cellBytes();
    }

    /** {@return whether there is room; if not the frame that would enter is counted} */
    boolean admits(int priority) {
        Queue q = queues[priority];
        boolean hasRoom = q.cells < limits.queueCells();
        q.refused += hasRoom ? 0 : 1;
        return hasRoom;
    }

    /** {@return whether the queue is so long that a frame that enters now and can be marked is marked; it is counted} */
    boolean marks(int priority) {
        Queue q = queues[priority];
        boolean isLong = q.cells >= limits.ecnCells();
        q.marked += isLong ? 1 : 0;
        return isLong;
    }

    /**
     * A frame enters.
     *
     * @param bytes   its length, headers included
     * @param item    its metadata
     * @param payload number of its payload
     */
    void enter(int priority, int bytes, int[] item, int payload, long cycle) {
        if (waiting++ == 0) {
            freeCycle = Math.max(freeCycle, cycle);
        }
        Queue q = queues[priority];
        q.entered++;
        q.frames.add(item, bytes, payload);
        q.cells += cells(bytes);
        q.mostCells = Math.max(q.mostCells, q.cells);
        if (!q.isPausing && q.cells >= limits.pauseOnCells()) {
            q.isPausing = true;
            pauses++;
        }
    }

    /** {@return when the port takes the next frame; {@link #NEVER}: none waits} */
    long nextCycle() {
        return waiting == 0 ? NEVER : freeCycle;
    }

    /**
     * The port takes the next frame: there is one.
     *
     * @param item where its metadata is written
     * @return the number of its payload
     */
    int take(int[] item) {
        Queue q = first();
        int bytes = q.frames.lengthBytes();
        waiting--;
        q.cells -= cells(bytes);
        q.isPausing &= q.cells > limits.pauseOffCells();
        freeCycle += cycles(bytes);
        return q.frames.take(item);
    }

    private Queue first() {
        int priority = queues.length - 1;
        while (queues[priority].frames.isEmpty()) {
            priority--;
        }
        return queues[priority];
    }

    private long cycles(int bytes) {
        return ((bytes + limits.frameGapBytes()) * 8L * clockMhz + limits.portMbit() - 1) / limits.portMbit();
    }

    boolean isEmpty() {
        return waiting == 0;
    }

    boolean isPausing(int priority) {
        return queues[priority].isPausing;
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (int priority = 0; priority < queues.length; priority++) {
            Queue q = queues[priority];
            if (q.entered + q.refused > 0) {
                String name = "queue " + priority + ' ';
                counters.put(name + "frames", q.entered);
                counters.put(name + "depth cells", (long) q.cells);
                counters.put(name + "most cells", (long) q.mostCells);
                counters.put(name + "marked", q.marked);
                counters.put(name + "refused", q.refused);
            }
        }
        counters.put("pauses", pauses);
        return counters;
    }
}
