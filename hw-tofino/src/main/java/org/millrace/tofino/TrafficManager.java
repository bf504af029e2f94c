package org.millrace.tofino;

import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.tofino.machine.Machine;

/**
 * The queues of a port to the wire, one a priority, and what becomes of a frame that enters: it is served in strict
 * priority at the port's rate, marked if it found its queue long, refused if full; a long queue asks the hosts to pause.
 *
 * <p>DESIGN NOTES. Only lengths are queued. Whoever enters a frame sends it at once: the wire's order is that of
 * entering, and a priority decides how long a queue a frame finds, not whom it overtakes. Time is in cycles and is
 * told with each call.
 *
 * <p>Owned by: the data-path thread.
 */
final class TrafficManager {
    private final Machine.TrafficManager limits;
    private final long clockMhz;
    private final Queue[] queues;
    private long freeCycle;
    private long pauses;

    /** Lengths of frames, first in first out; there are at most as many as cells. */
    private static final class Queue {
        final int[] bytes;
        int head;
        int count;
        int cells;
        int mostCells;
        long frames;
        long marked;
        long refused;
        boolean isPausing;

        Queue(int maxFrames) {
            bytes = new int[maxFrames];
        }
    }

    TrafficManager(Machine machine) {
        limits = machine.trafficManager();
        clockMhz = machine.pipe().packetClockMhz();
        queues = new Queue[limits.priorities()];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = new Queue(limits.queueCells());
        }
    }

    private int cells(int bytes) {
        return (bytes + limits.cellBytes() - 1) / limits.cellBytes();
    }

    /** {@return whether there is room; if not the frame that would enter is counted} */
    boolean admits(int priority, long cycle) {
        serve(cycle);
        Queue q = queues[priority];
        boolean hasRoom = q.cells < limits.queueCells();
        q.refused += hasRoom ? 0 : 1;
        return hasRoom;
    }

    /** A frame enters. Answers whether its queue was long: a frame that can be marked is to be marked. */
    boolean enter(int priority, int bytes, boolean isCapable, long cycle) {
        serve(cycle);
        if (isEmpty()) {
            freeCycle = Math.max(freeCycle, cycle);
        }
        Queue q = queues[priority];
        boolean isMarked = isCapable && q.cells >= limits.ecnCells();
        q.marked += isMarked ? 1 : 0;
        q.frames++;
        if (q.count < q.bytes.length) { // what nobody asked about comes on top: it is sent, and not queued
            q.bytes[(q.head + q.count++) % q.bytes.length] = bytes;
            q.cells += cells(bytes);
            q.mostCells = Math.max(q.mostCells, q.cells);
        }
        if (!q.isPausing && q.cells >= limits.pauseOnCells()) {
            q.isPausing = true;
            pauses++;
        }
        return isMarked;
    }

    /** The port takes frames, the highest priority first, until it is busy beyond the cycle. */
    private void serve(long cycle) {
        while (freeCycle <= cycle) {
            Queue q = first();
            if (q == null) {
                return;
            }
            int bytes = q.bytes[q.head];
            q.head = (q.head + 1) % q.bytes.length;
            q.count--;
            q.cells -= cells(bytes);
            q.isPausing &= q.cells > limits.pauseOffCells();
            freeCycle += cycles(bytes);
        }
    }

    private Queue first() {
        for (int priority = queues.length - 1; priority >= 0; priority--) {
            if (queues[priority].count > 0) {
                return queues[priority];
            }
        }
        return null;
    }

    private long cycles(int bytes) {
        return ((bytes + limits.frameGapBytes()) * 8L * clockMhz + limits.portMbit() - 1) / limits.portMbit();
    }

    boolean isEmpty() {
        return first() == null;
    }

    boolean isPausing(int priority, long cycle) {
        serve(cycle);
        return queues[priority].isPausing;
    }

    /** {@return when the port takes the next frame} */
    long freeCycle() {
        return freeCycle;
    }

    /** Lets the port take all that waits. Answers when it took the last. */
    long drain(long cycle) {
        long end = cycle;
        for (serve(end); !isEmpty(); serve(end)) {
            end = freeCycle;
        }
        return end;
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (int priority = 0; priority < queues.length; priority++) {
            Queue q = queues[priority];
            if (q.frames + q.refused > 0) {
                String name = "queue " + priority + ' ';
                counters.put(name + "frames", q.frames);
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
