package org.millrace.lab.fabric;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.Actor;
import org.millrace.sim.Agenda;
import org.millrace.sim.ItemRing;

/** What is known exactly: packets of one length that come at random to a link wait ρ / (2 (1 − ρ)) of their time on it. */
final class QueueExperiment implements Experiment {
    private static final double[] LOADS = {0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95};
    private static final long SERVICE_PS = 1_230_400; // 1,538 bytes at 10 Gbit/s

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public String reproduces() {
        return "the mean wait of an M/D/1 queue (Pollaczek–Khinchine): that the agenda and the queues are right";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("messages", 2_000_000, 1_000, 1_000_000_000, "packets at each load"));
    }

    @Override
    public Result run(Run run) {
        long packets = run.whole("messages");
        Result result = new Result("M/D/1: mean wait in units of the time on the link", ">load", ">theory", ">ours", ">error");
        double[] theory = new double[LOADS.length];
        double[] ours = new double[LOADS.length];
        for (int i = 0; i < LOADS.length; i++) {
            run.progress((double) i / LOADS.length, "load " + LOADS[i]);
            theory[i] = LOADS[i] / (2 * (1 - LOADS[i]));
            ours[i] = new Link(LOADS[i], packets, run.random(i)).meanWait();
            result.row(LOADS[i], theory[i], ours[i], Cells.error(theory[i], ours[i]));
        }
        return result.note(packets + " packets at each load, seed " + run.seed()).plot(new Plot("M/D/1", "load", "mean wait, services",
            false, true, List.of(series("theory", true, theory), series("ours", false, ours))));
    }

    private static Plot.Series series(String name, boolean isLine, double[] values) {
        return new Plot.Series(name, isLine, boxed(LOADS), boxed(values));
    }

    private static List<Double> boxed(double[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }

    /** Packets of one length at random, one queue, one link. */
    private static final class Link implements Actor {
        private static final int ARRIVE = 0;
        private static final int SENT = 1;

        private final Agenda agenda = new Agenda();
        private final ItemRing queue = new ItemRing(1 << 20);
        private final SplittableRandom random;
        private final double gapPs;
        private final long packets;
        private long arrived;
        private double waitedPs;
        private boolean isBusy;

        Link(double load, long packets, SplittableRandom random) {
            this.packets = packets;
            this.random = random;
            gapPs = SERVICE_PS / load;
        }

        double meanWait() {
            agenda.at(0, this, ARRIVE, 0);
            agenda.runUntil(Agenda.NEVER);
            return waitedPs / packets / SERVICE_PS;
        }

        @Override
        public void act(long nowPs, int event, long argument) {
            if (event == SENT) {
                isBusy = false;
            } else {
                queue.offer(nowPs, nowPs);
                if (++arrived < packets) {
                    agenda.in(Math.round(-gapPs * Math.log(1 - random.nextDouble())), this, ARRIVE, 0);
                }
            }
            if (!isBusy && !queue.isEmpty()) {
                waitedPs += nowPs - queue.take(nowPs);
                isBusy = true;
                agenda.in(SERVICE_PS, this, SENT, 0);
            }
        }
    }
}
