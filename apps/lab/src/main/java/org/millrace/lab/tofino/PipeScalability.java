package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.List;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 5.12: hosts of Laminar call each other through one pipe, until the recirculation between them is full. */
final class PipeScalability extends TofinoExperiment {
    private static final int MOST_HOSTS = 8;
    private static final int CONTEXTS = 4;
    private static final int BYTES = 8;
    private static final int BUFFER_BYTES = 1 << 12;
    private static final long SPREAD_PS = 10_000_000;
    private static final double PUBLISHED_MPPS = 850;
    private static final double PACKETS_A_CALL = 8;
    private static final List<Integer> CONNECTIONS = List.of(8, 112, 224, 448, 560, 672, 896, 1_344, 2_688);

    PipeScalability() {
        super("fig-5.12", "Laminar: packets a second of one pipe, 8 hosts, echo of 8 B (dissertation, Fig. 5.12)");
    }

    @Override
    List<Parameter> own() {
        return List.of(Parameter.whole("calls", 30_000, 100, 100_000_000, "that are counted at each number of connections"),
            Parameter.whole("connections", CONNECTIONS.getLast(), 8, CONNECTIONS.getLast(), "at most"),
            Parameter.whole("hosts", MOST_HOSTS, 2, MOST_HOSTS, "at the pipe"));
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 5.12: echo of 8 B between " + run.whole("hosts") + " hosts of Laminar", ">connections", ">M calls/s", ">Mpkt/s", ">packets a call published",
            ">ours", ">of the pipe's slots %", ">recirculation busy %", ">median us", ">99 %", ">99.99 %", ">SYNC a call");
        List<Integer> counts = CONNECTIONS.stream().filter(count -> count <= run.whole("connections")).toList();
        List<Double> packets = new ArrayList<>();
        List<Double> medians = new ArrayList<>();
        List<Double> tails = new ArrayList<>();
        run.progress(0, "hosts");
        Rack rack = rack(run);
        Calls calls = new Calls(rack, BYTES);
        List<RackHost> hosts = hosts(run, rack, calls);
        int connected = 0;
        for (int count : counts) {
            run.progress((double) counts.indexOf(count) / counts.size(), count + " connections");
            for (; connected < count; connected++) { // every host calls every other, as often
                int from = connected % hosts.size();
                calls.connect(hosts.get(from), hosts.get((from + 1 + connected / hosts.size() % (hosts.size() - 1)) % hosts.size()));
            }
            calls.begin(SPREAD_PS);
            calls.run(Math.max(run.whole("calls"), 4L * count));
            double millions = calls.millionsPerSecond();
            double perCall = (double) calls.passes().packets() / calls.measured();
            double mpps = millions * perCall;
            packets.add(mpps);
            medians.add(calls.latenciesUs().quantile(0.5));
            tails.add(calls.latenciesUs().quantile(0.9999));
            result.row(count, millions, mpps, PACKETS_A_CALL, perCall, 100 * mpps / 1_200,
                100 * calls.recirculationBusy(), medians.getLast(), calls.latenciesUs().quantile(0.99),
                tails.getLast(), (double) calls.passes().host() / calls.measured());
        }
        double most = packets.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
        return result.note(String.format("most: %.0f Mpkt/s; published: recirculation saturates at %.0f (71 %% of the slots), %s", most, PUBLISHED_MPPS,
                Cells.text(Cells.error(PUBLISHED_MPPS, most))))
            .plot(new Plot("Fig. 5.12", "Mpkt/s through the pipe", "us", false, false, List.of(new Plot.Series("median", true, packets, medians),
                new Plot.Series("99.99 %", true, packets, tails), new Plot.Series("published: recirculation saturates", false, List.of(PUBLISHED_MPPS),
                    List.of(medians.getFirst())))));
    }

    private static List<RackHost> hosts(Run run, Rack rack, Calls calls) {
        int count = (int) run.whole("hosts");
        int each = 2 * Math.ceilDiv((int) run.whole("connections"), count * CONTEXTS) + count;
        List<RackHost> hosts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hosts.add(rack.host(RackHost.Kind.LAMINAR, laminar(CONTEXTS, each, BUFFER_BYTES), nic(run)));
        }
        hosts.forEach(calls::serve);
        return hosts;
    }
}
