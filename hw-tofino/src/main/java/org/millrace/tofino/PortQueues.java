package org.millrace.tofino;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.execution.ItemQueue;
import org.millrace.sim.TrafficManager;
import org.millrace.sim.TrafficManager.Limits;
import org.millrace.tofino.machine.Machine;

/**
 * The frames that wait for a port to the wire, in the queues of a {@link TrafficManager}, one a priority. Frames wait in them and leave in strict priority at the port's rate;
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
final class PortQueues<M extends SegmentMeta> {
    /** No cycle. */
    static final long NEVER = Long.MAX_VALUE;
    /** Nothing is dropped early here. */
    private static final SplittableRandom NO_DICE = null;

    private final Machine.TrafficManager limits;
    private final long clockMhz;
    private final TrafficManager lengths;
    private final List<Queue<M>> queues;
    private long freeCycle;
    private int waiting;
    private long pauses;

    private static final class Queue<M extends SegmentMeta> {
        /** By their length, headers included, bytes. */
        final ItemQueue<M> frames = new ItemQueue<>();
        long entered;
        long marked;
        long refused;
        boolean isPausing;
    }

    /** @param machine its limits */
    PortQueues(Machine machine) {
        limits = machine.trafficManager();
        clockMhz = machine.pipe().packetClockMhz();
        queues = Stream.generate(Queue<M>::new).limit(limits.priorities()).toList();
        lengths = new TrafficManager(1, new Limits(limits.priorities(), limits.cellBytes(), limits.cells(), limits.cells(),
            limits.queueCells() - 1, limits.ecnCells(), Long.MAX_VALUE, Long.MAX_VALUE, 0));
    }

    /** {@return whether there is room; if not the frame that would enter is counted} */
    boolean admits(int priority) {
        Queue<M> q = queues.get(priority);
        boolean hasRoom = lengths.admits(priority, 0, NO_DICE) != TrafficManager.REFUSED;
        q.refused += hasRoom ? 0 : 1;
        return hasRoom;
    }

    /** {@return whether the queue is so long that a frame that enters now and can be marked is marked; it is counted} */
    boolean marks(int priority) {
        Queue<M> q = queues.get(priority);
        boolean isLong = lengths.used(priority) >= limits.ecnCells();
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
        lengths.enter(priority, bytes);
        if (!q.isPausing && lengths.used(priority) >= limits.pauseOnCells()) {
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
        int priority = lengths.next(0);
        Queue<M> q = queues.get(priority);
        int bytes = (int) q.frames.tag();
        waiting--;
        lengths.leave(priority, bytes);
        q.isPausing &= lengths.used(priority) > limits.pauseOffCells();
        freeCycle += cycles(bytes);
        return q.frames.take();
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
                counters.put(name + "depth cells", (long) lengths.used(priority));
                counters.put(name + "most cells", (long) lengths.mostUsed(priority));
                counters.put(name + "marked", q.marked);
                counters.put(name + "refused", q.refused);
            }
        }
        counters.put("pauses", pauses);
        return counters;
    }
}
