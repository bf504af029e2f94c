package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.List;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figures 5.9 and 5.11: more and more connections from client hosts to one server, all of Laminar, a call of 64 B under way on each. */
final class LoadLatency extends TofinoExperiment {
    private static final int MOST_CLIENTS = 6;
    private static final int SERVER_CONTEXTS = 32;
    private static final int CLIENT_CONTEXTS = 8;
    private static final int BYTES = 64;
    private static final int BUFFER_BYTES = 1 << 12;
    private static final long SPREAD_PS = 10_000_000;
    private static final int KNEE = 768;
    private static final double PUBLISHED_MILLIONS = 40;
    private static final double PUBLISHED_MEDIAN_US = 18;
    private static final double PUBLISHED_TAIL_US = 24;
    private static final List<Integer> CONNECTIONS = List.of(6, 48, 96, 192, 240, 288, 384, KNEE, 1_536, 3_072, 6_144);

    LoadLatency() {
        super("fig-5.9", "Laminar: echo of 64 B, rate and latency by connections (dissertation, Figs. 5.9 and 5.11)");
    }

    @Override
    List<Parameter> own() {
        return List.of(Parameter.whole("calls", 30_000, 100, 100_000_000, "that are counted at each number of connections"),
            Parameter.whole("connections", CONNECTIONS.getLast(), CONNECTIONS.getFirst(), CONNECTIONS.getLast(), "at most"),
            Parameter.whole("clients", MOST_CLIENTS, 1, MOST_CLIENTS, "hosts beside the server"));
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Figs. 5.9, 5.11: echo of 64 B, hosts of Laminar, one server", ">connections", ">M calls/s published", ">ours", ">error",
            ">median us published", ">ours", ">error", ">99.99 % us published", ">ours", ">error", ">connections/rate, us");
        List<Integer> counts = CONNECTIONS.stream().filter(count -> count <= run.whole("connections")).toList();
        run.progress(0, "hosts");
        Rack rack = rack(run);
        int most = (int) run.whole("clients");
        Calls calls = new Calls(rack, BYTES);
        int each = Math.ceilDiv(counts.getLast(), SERVER_CONTEXTS) + 1;
        RackHost server = rack.host(RackHost.Kind.LAMINAR, laminar(SERVER_CONTEXTS, each, BUFFER_BYTES), nic(run));
        calls.serve(server);
        List<RackHost> clients = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            clients.add(rack.host(RackHost.Kind.LAMINAR, laminar(CLIENT_CONTEXTS, Math.ceilDiv(counts.getLast(), most * CLIENT_CONTEXTS) + 1, BUFFER_BYTES), nic(run)));
        }
        List<Double> rates = new ArrayList<>();
        List<Double> medians = new ArrayList<>();
        List<Double> tails = new ArrayList<>();
        int connected = 0;
        for (int count : counts) {
            run.progress((double) counts.indexOf(count) / counts.size(), count + " connections");
            for (; connected < count; connected++) {
                calls.connect(clients.get(connected % most), server);
            }
            calls.begin(SPREAD_PS);
            calls.run(Math.max(run.whole("calls"), 4L * count));
            rates.add(calls.millionsPerSecond());
            medians.add(calls.latenciesUs().quantile(0.5));
            tails.add(calls.latenciesUs().quantile(0.9999));
            add(result, count, rates.getLast(), medians.getLast(), tails.getLast());
        }
        return result.calibrated("message-ps, 25 ns, on the published rate at " + KNEE + " connections: it is the NIC's; latencies and all other rows are predicted")
            .note("connections/rate is the mean that closed loops must have (Little's law); published: 19.2 us at the knee")
            .note("published beyond the knee: a slight drop, and none to 32 K connections that is the pipe's")
            .note("where the NIC saturates depends on host-ns, which nobody has published")
            .plot(new Plot("Fig. 5.9", "M calls/s", "us", false, false, List.of(new Plot.Series("median", true, rates, medians),
                new Plot.Series("99.99 %", true, rates, tails), new Plot.Series("published, median and 99.99 %", false,
                    List.of(PUBLISHED_MILLIONS, PUBLISHED_MILLIONS), List.of(PUBLISHED_MEDIAN_US, PUBLISHED_TAIL_US)))))
            .plot(new Plot("Fig. 5.11", "connections", "M calls/s", true, false, List.of(
                new Plot.Series("ours", true, counts.stream().map(Integer::doubleValue).toList(), rates),
                new Plot.Series("published", false, List.of((double) KNEE), List.of(PUBLISHED_MILLIONS)))));
    }

    private static void add(Result result, int count, double millions, double medianUs, double tailUs) {
        boolean isPublished = count == KNEE;
        double rate = isPublished ? PUBLISHED_MILLIONS : Double.NaN;
        double median = isPublished ? PUBLISHED_MEDIAN_US : Double.NaN;
        double tail = isPublished ? PUBLISHED_TAIL_US : Double.NaN;
        result.row(count, rate, millions, Cells.error(rate, millions), median, medianUs, Cells.error(median, medianUs), tail, tailUs,
            Cells.error(tail, tailUs), count / millions);
    }
}
