package org.millrace.benchmarks;

import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/**
 * One of several shards whose flows all send their requests, then all their acknowledgements, the shards in step with each
 * other, so that it is known when a shard has nothing to wait for: half of a shard's flows can then be sent to the next one's
 * port, which has to hand them over. Waiting for each other is not counted.
 *
 * <p>Owned by: the shard's thread.
 */
final class EchoPhases {
    private final int flows;
    private final EchoWorld own;
    private final EchoWorld next;
    private final PeerPort strays;
    private final CyclicBarrier all;
    private long usedNs;

    /**
     * @param index  which of the worlds
     * @param flows  of each world
     * @param strays whether every other flow's frames come to the port of the shard before its own
     * @param all    where all shards' threads meet
     */
    EchoPhases(List<EchoWorld> worlds, int index, int flows, boolean strays, CyclicBarrier all) {
        this.flows = flows;
        this.all = all;
        own = worlds.get(index);
        next = worlds.get((index + 1) % worlds.size());
        this.strays = strays ? own.port.straysOf(next.port) : null;
    }

    /** Lets each flow echo once. Answers CPU time, ns. */
    long echo() {
        long beforeBytes = own.port.sentPayload;
        usedNs = 0;
        phase(this::requests);
        phase(own::finish);
        phase(this::acknowledgements);
        phase(own::finish);
        if (own.port.sentPayload - beforeBytes != (long) flows * EchoSubject.PAYLOAD) {
            throw new IllegalStateException("echoed " + (own.port.sentPayload - beforeBytes) + " B for " + flows + " flows");
        }
        return usedNs;
    }

    private void phase(Runnable work) {
        long beforeNs = ThreadTimes.cpuNs(Thread.currentThread());
        work.run();
        usedNs += ThreadTimes.cpuNs(Thread.currentThread()) - beforeNs;
        try {
            all.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean strays(int flow) {
        return strays != null && (flow & 1) != 0;
    }

    private void requests() {
        for (int first = 0; first < flows; first += EchoSubject.BATCH) {
            for (int flow = first; flow < first + EchoSubject.BATCH; flow++) {
                if (strays(flow)) {
                    next.request(flow, strays);
                } else {
                    own.request(flow, own.port);
                }
            }
            own.serve();
        }
    }

    private void acknowledgements() {
        for (int first = 0; first < flows; first += EchoSubject.BATCH) {
            for (int flow = first; flow < first + EchoSubject.BATCH; flow++) {
                if (strays(flow)) {
                    next.acknowledge(flow, strays);
                } else {
                    own.acknowledge(flow, own.port);
                }
            }
            own.serve();
        }
    }
}
