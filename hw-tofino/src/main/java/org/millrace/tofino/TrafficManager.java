package org.millrace.tofino;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.execution.ItemQueue;
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
 *
 * @param <M> the metadata of a frame
 */
final class TrafficManager<M extends SegmentMeta> {
    /** No cycle. */
    static final long NEVER = Long.MAX_VALUE;

    private final Machine.TrafficManager limits;
    private final long clockMhz;
    private final List<Queue<M>> queues;
    private long freeCycle;
    private int waiting;
    private long pauses;

    private static final class Queue<M extends SegmentMeta> {
        /** By their length, headers included, bytes. */
        final ItemQueue<M> frames = new ItemQueue<>();
        int cells;
        int mostCells;
        long entered;
        long marked;
        long refused;
        boolean isPausing;
    }

    /** @param machine its limits */
    TrafficManager(Machine machine) {
        limits = machine.trafficManager();
        clockMhz = machine.pipe().packetClockMhz();
        queues = Stream.generate(Queue<M>::new).limit(limits.priorities()).toList();
    }

    private int cells(int bytes) {
        return (bytes + limits.cellBytes() - 1) / limits.cellBytes();
    }

    /** {@return whether there is room; if not the frame that would enter is counted} */
    boolean admits(int priority) {
        Queue<M> q = queues.get(priority);
        boolean hasRoom = q.cells < limits.queueCells();
        q.refused += hasRoom ? 0 : 1;
        return hasRoom;
    }

    /** {@return whether the queue is so long that a frame that enters now and can be marked is marked; it is counted} */
    boolean marks(int priority) {
        Queue<M> q = queues.get(priority);
        boolean isLong = q.cells >= limits.ecnCells();
        q.marked += isLong ? 1 : 0;
        return isLong;
    }

    /**
     * A frame enters.
     *
     * @param bytes its length, headers included
     * @param frame the item that it is sent for
     */
    void enter(int priority, int bytes, M frame, long cycle) {
        if (waiting++ == 0) {
            freeCycle = Math.max(freeCycle, cycle);
        }
        Queue<M> q = queues.get(priority);
        q.entered++;
        q.frames.add(frame, bytes);
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

    /** {@return the next frame, which the port takes: there is one} */
    M take() {
        Queue<M> q = first();
        int bytes = (int) q.frames.tag();
        waiting--;
        q.cells -= cells(bytes);
        q.isPausing &= q.cells > limits.pauseOffCells();
        freeCycle += cycles(bytes);
        return q.frames.take();
    }

    private Queue<M> first() {
        int priority = queues.size() - 1;
        while (queues.get(priority).frames.isEmpty()) {
            priority--;
        }
        return queues.get(priority);
    }

    /** Shows every queue that frames wait in. */
    void forEach(Consumer<ItemQueue<M>> action) {
        queues.forEach(queue -> action.accept(queue.frames));
    }

    private long cycles(int bytes) {
        return ((bytes + limits.frameGapBytes()) * 8L * clockMhz + limits.portMbit() - 1) / limits.portMbit();
    }

    boolean isEmpty() {
        return waiting == 0;
    }

    boolean isPausing(int priority) {
        return queues.get(priority).isPausing;
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (int priority = 0; priority < queues.size(); priority++) {
            Queue<M> q = queues.get(priority);
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
