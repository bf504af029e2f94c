package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.List;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 5.17: one stream to a server of Laminar, frames dropped at random; the same to a software host beside. */
final class Drops extends TofinoExperiment {
    private static final List<Double> LOSSES = List.of(0.0, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1);
    private static final double FULL_UP_TO = 1e-3;
    private static final double TAS_THERE = 0.5;
    private static final int BUFFER_BYTES = 1 << 19;
    private static final long SETTLE_NS = 1_000_000;

    Drops() {
        super("fig-5.17", "Laminar: streaming under random drops (dissertation, Fig. 5.17)");
    }

    @Override
    List<Parameter> own() {
        return List.of(Parameter.whole("rows", LOSSES.size(), 2, LOSSES.size(), "of the table"),
            Parameter.whole("microseconds", 5_000, 50, 10_000_000, "that are measured for each loss"));
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 5.17: one stream, frames to the receiver dropped at random", ">dropped %", ">of full rate published", ">ours", ">error",
            ">Gbit/s", ">to software, published for TAS", ">ours", ">Gbit/s");
        double[] full = new double[2];
        List<List<Double>> parts = List.of(new ArrayList<>(), new ArrayList<>());
        List<Double> losses = LOSSES.subList(0, (int) run.whole("rows"));
        for (double loss : losses) {
            run.progress((double) losses.indexOf(loss) / losses.size(), 100 * loss + " %");
            double[] gbit = {gbit(run, RackHost.Kind.LAMINAR, loss), gbit(run, RackHost.Kind.SOFTWARE, loss)};
            full = loss == 0 ? gbit : full;
            for (int i = 0; i < gbit.length; i++) {
                parts.get(i).add(gbit[i] / full[i]);
            }
            double published = loss <= FULL_UP_TO ? 1 : Double.NaN;
            double ours = parts.get(0).getLast();
            result.row(100 * loss, published, ours, Cells.error(published, ours), gbit[0], loss == FULL_UP_TO ? TAS_THERE : Double.NaN, parts.get(1).getLast(), gbit[1]);
        }
        List<Double> across = losses.stream().skip(1).map(loss -> 100 * loss).toList();
        return result.note(SOFTWARE).note("published: full rate up to 0.1 %, TAS half of it there; round trips of the testbed are not, and how fast a loss is repaired depends on them (host-ns)")
            .note("only frames to the receiver are dropped; seed " + run.seed())
            .plot(new Plot("Fig. 5.17", "dropped, %", "of full rate", true, false, List.of(
                new Plot.Series("Laminar receives", true, across, parts.get(0).subList(1, losses.size())),
                new Plot.Series("software receives", true, across, parts.get(1).subList(1, losses.size())),
                new Plot.Series("published, Laminar", false, List.of(100 * FULL_UP_TO), List.of(1.0)),
                new Plot.Series("published, TAS", false, List.of(100 * FULL_UP_TO), List.of(TAS_THERE)))));
    }

    private static double gbit(Run run, RackHost.Kind receiver, double loss) throws LabException {
        Rack rack = rack(run);
        Streams streams = new Streams(rack, 0);
        RackHost server = rack.host(receiver, receiver == RackHost.Kind.LAMINAR ? laminar(1, 2, BUFFER_BYTES) : likeTas(1, 2, BUFFER_BYTES), nic(run));
        RackHost client = rack.host(RackHost.Kind.SOFTWARE, likeTas(1, 2, BUFFER_BYTES), nic(run));
        streams.receive(server);
        streams.send(client, server);
        rack.runFor(SETTLE_NS);
        client.up.loss(loss);
        return streams.gbitOver(run.whole("microseconds") * 1_000);
    }
}
