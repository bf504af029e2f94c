package org.millrace.lab.live;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.experiment.Samples;

/** Measures on a {@link Ground}. */
final class Transfers {
    private static final int PORT = 5_000;
    private static final long SETTLE_MS = 60;
    private static final long MEGABIT_BYTES = 125_000;
    private static final long LOOK_NS = 200_000;
    /** SYNs may be lost, twice. */
    private static final long ESTABLISHED_NS = 10_000_000_000L;

    private final Ground ground;

    Transfers(Ground ground) {
        this.ground = ground;
    }

    /** {@return the bottleneck's rate, bytes a second} */
    static long rate(Run run) {
        return run.whole("rate") * MEGABIT_BYTES;
    }

    /** {@return those of a run: what is measured has been compiled, by sending and receiving over a path that loses and one that does not} */
    static Transfers warm(Ground ground, Run run) {
        run.progress(0, "warming up");
        Transfers transfers = new Transfers(ground);
        transfers.warmUp(rate(run), run.real("warm-up"));
        return transfers;
    }

    private void warmUp(long bytesPerSecond, double seconds) {
        long ns = (long) (seconds * 1e9 / 4);
        for (double loss : new double[] {0, 0.01}) {
            for (Pairing pairing : new Pairing[] {Pairing.SENDING, Pairing.RECEIVING}) {
                bulk(Conditions.of(loss, 0, 1_000_000, bytesPerSecond, 0), false, Map.of(pairing, 1), 0, ns);
            }
        }
    }

    /**
     * Lets connections send as fast as they may, from the moment on at which all are established.
     *
     * @param path     theirs
     * @param isCommon whether all share it
     * @param each     how many of each pairing
     * @param fromNs   what arrives before does not count
     * @param untilNs  when it ends
     * @return bytes a second of each connection; of one that could not be established none
     */
    Map<Pairing, double[]> bulk(Conditions path, boolean isCommon, Map<Pairing, Integer> each, long fromNs, long untilNs) {
        ground.forwarder.path(path, isCommon);
        Map<Pairing, List<Flow>> sinks = new EnumMap<>(Pairing.class);
        each.forEach((pairing, count) -> {
            List<Flow> came = new CopyOnWriteArrayList<>();
            sinks.put(pairing, came);
            pairing.receiver(ground).listen(port(pairing), () -> {
                Flow sink = Flow.reading();
                came.add(sink);
                return sink;
            });
        });
        each.forEach((pairing, count) -> {
            for (int i = 0; i < count; i++) {
                pairing.sender(ground).connect(pairing.receiver(ground).at(port(pairing)), Flow.endless());
            }
        });
        int all = each.values().stream().mapToInt(Integer::intValue).sum();
        long limitNs = System.nanoTime() + ESTABLISHED_NS;
        while (sinks.values().stream().mapToInt(List::size).sum() < all && System.nanoTime() < limitNs) {
            sleepUntil(System.nanoTime() + LOOK_NS);
        }
        long beginNs = System.nanoTime();
        sleepUntil(beginNs + fromNs);
        sinks.values().forEach(flows -> flows.forEach(Flow::count));
        sleepUntil(beginNs + untilNs);
        Map<Pairing, double[]> rates = new EnumMap<>(Pairing.class);
        sinks.forEach((pairing, flows) ->
            rates.put(pairing, Arrays.copyOf(flows.stream().mapToDouble(Flow::rate).toArray(), each.get(pairing))));
        end(path);
        return rates;
    }

    private static int port(Pairing pairing) {
        return PORT + pairing.ordinal();
    }

    /**
     * Fetches answers of a size over connections of their own, some at a time.
     *
     * @param path    theirs
     * @param pairing who answers whom
     * @param bytes   of an answer
     * @param count   how many
     * @param atOnce  how many at a time
     * @return milliseconds from the call of connect to the end of the stream
     */
    Samples answers(Conditions path, Pairing pairing, int bytes, int count, int atOnce) {
        ground.forwarder.path(path, false);
        pairing.sender(ground).listen(port(pairing), () -> new Flow(bytes, () -> { }));
        Fetching fetching = new Fetching(ground, pairing, count);
        for (int i = 0; i < atOnce; i++) {
            fetching.next();
        }
        fetching.await();
        end(path);
        return fetching.samples;
    }

    private static final class Fetching {
        final Samples samples = new Samples();
        private final Ground ground;
        private final Pairing pairing;
        private final AtomicInteger left;
        private final CountDownLatch done;

        Fetching(Ground ground, Pairing pairing, int count) {
            this.ground = ground;
            this.pairing = pairing;
            left = new AtomicInteger(count);
            done = new CountDownLatch(count);
        }

        void next() {
            if (left.getAndDecrement() > 0) {
                long beginNs = System.nanoTime();
                pairing.receiver(ground).connect(pairing.sender(ground).at(port(pairing)), new Flow(0, () -> {
                    synchronized (samples) {
                        samples.add((System.nanoTime() - beginNs) / 1e6);
                    }
                    done.countDown();
                    next();
                }));
            }
        }

        void await() {
            try {
                done.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What is on its way arrives before the next path is laid. */
    private void end(Conditions path) {
        ground.clear();
        sleepUntil(System.nanoTime() + path.roundTripNs() + SETTLE_MS * 1_000_000);
    }

    private static void sleepUntil(long ns) {
        try {
            TimeUnit.NANOSECONDS.sleep(ns - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
