package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Table 4.3: what statistics, a log of all packets, and modules that do next to nothing cost. */
final class Flexibility extends AgilioExperiment {
    /** Fig. 4.14's protocol FPCs. */
    private static final Map<String, String> MAPPED = Map.of("protocol.fpcs", "2", "extra.fpcs", "2");
    private static final int FEWEST = 64;
    private static final int MOST = 4_096;
    private static final double GAIN = 1.05;

    /** A row as published, what is added, what of the mapping is its, and which module is placed before all. */
    private record Build(String name, double mops, List<StageExtension> modules, Map<String, String> places, String entry) {
    }

    Flexibility() {
        super("table-4.3", "FlexTOE with extensions on an Agilio CX40 (dissertation, Table 4.3)", 3_000);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("connections", 0, 0, 16_384, "connections; 0: doubled until that brings less than 5 %"));
        all.add(Parameter.whole("bytes", 64, 1, 1_448, "bytes of a call and of its answer; the text does not say"));
        all.add(Parameter.whole("pipelined", 1, 1, 64, "calls of a connection under way at once: closed loops (2.1)"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        AtomicLong logged = new AtomicLong();
        List<Build> builds = List.of(new Build("baseline", 11.35, List.of(), Map.of(), ""),
            new Build("statistics and profiling", 8.67, Modules.statistics(), Modules.statisticsPlaces(), ""),
            new Build("tcpdump, no filter", 6.52, Modules.packetLog((meta, point, verdict, nowNs) -> logged.incrementAndGet()),
                Map.of(), "log-received"),
            new Build("XDP, null", 10.87, Modules.nothing(), Map.of(), "null"),
            new Build("XDP, vlan-strip", 10.83, Modules.vlanStrip(), Map.of(), "vlan-strip"));
        int bytes = (int) run.whole("bytes");
        Machine machine = machine(run);
        EchoWorld.Load load = load(run, machine, mapping(run, MAPPED));
        Result result = new Result("Table 4.3: " + bytes + " B echo, " + load.connections() + " connections, " + load.pipelined() + " calls each",
            "build", ">M calls/s published", ">ours", ">loss % published", ">ours", ">off by, points", "bottleneck");
        double baseline = Double.NaN;
        List<Double> published = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        for (Build build : builds) {
            run.progress((double) builds.indexOf(build) / builds.size(), build.name);
            Map<String, String> stated = new HashMap<>(MAPPED);
            stated.putAll(build.places);
            Mapping mapping = mapping(run, stated);
            EchoWorld.Outcome outcome = world(machine, build.entry.isEmpty() ? mapping : Modules.withEntry(mapping, build.entry), load,
                LINK, run.seed(), EchoWorld.Software.PUBLISHED.with(build.modules)).run(calls(run));
            double ours = outcome.callsPerSecond() / 1e6;
            baseline = Double.isNaN(baseline) ? ours : baseline;
            double loss = 100 * (1 - build.mops / builds.getFirst().mops);
            double ourLoss = 100 * (1 - ours / baseline);
            published.add(loss);
            losses.add(ourLoss);
            result.row(build.name, build.mops, ours, loss, ourLoss, ourLoss - loss, outcome.machine().utilisation().bottleneck());
        }
        return result.calibrated(FITTED)
            .note("the text does not state the workload; it is taken as that of the same section (2.1): closed loops, as many as saturate the "
                + "server. 8 protocol FPCs as for Fig. 4.14. Goal: each loss within 10 points")
            .note("statistics: 40 counters at 12 points, each on the FPC of the stage it is beside. tcpdump: " + logged + " records of what came, "
                + "of acknowledgements and of what was sent, each written to the host over PCIe, on the two spare FPCs of each island. XDP: on a spare "
                + "FPC; no frame has a tag here, and the codec would have taken it off")
            .note("a record's cost is a choice, for how the text's log works is not said; it is written on FPCs that have nothing else to do")
            .plot(new Plot("Table 4.3", "build", "loss, %", false, false, List.of(series("published", false, published), series("ours", true, losses))));
    }

    private static Plot.Series series(String name, boolean isLine, List<Double> up) {
        return new Plot.Series(name, isLine, IntStream.rangeClosed(1, up.size()).mapToObj(Double::valueOf).toList(), up);
    }

    /** As many connections as saturate it: twice as many bring less than 5 %. */
    private EchoWorld.Load load(Run run, Machine machine, Mapping mapping) throws LabException {
        int bytes = (int) run.whole("bytes");
        int asked = (int) run.whole("connections");
        int connections = asked == 0 ? FEWEST : asked;
        double before = 0;
        while (true) {
            EchoWorld.Load load = new EchoWorld.Load(connections, 16, bytes, bytes, (int) run.whole("pipelined"), HOST_NS);
            if (asked != 0 || connections == MOST) {
                return load;
            }
            run.progress(0, connections + " connections");
            double now = world(machine, mapping, load, LINK, run.seed()).run(calls(run)).callsPerSecond();
            if (now < GAIN * before) {
                return load;
            }
            before = now;
            connections *= 2;
        }
    }
}
