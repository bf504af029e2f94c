package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.agilio.Utilisation;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 4.14: 64 B calls, one under way a connection, on ever more connections. */
final class Scalability extends AgilioExperiment {
    private static final List<Integer> CONNECTIONS = List.of(512, 1024, 2048, 4096, 8192, 16_384);
    private static final Map<String, String> STATED = Map.of("protocol.fpcs", "2", "extra.fpcs", "2");
    private static final Map<Integer, Double> PUBLISHED = Map.of(2048, 1.0, 8192, 0.76, 16_384, 0.76);
    private static final int FLAT_TO = 2048;
    private static final int BYTES = 64;
    /** No loss is reported: what waits, waits. */
    private static final Wire.Shape LOSSLESS = new Wire.Shape(LINK.mbit(), LINK.delayNs(), Long.MAX_VALUE, Long.MAX_VALUE, 0);

    Scalability() {
        super("fig-4.14", "FlexTOE connection scalability on an Agilio CX40 (dissertation, Fig. 4.14)", 20_000);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("connections", 16_384, 512, 16_384, "connections at most"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        Machine machine = machine(run);
        Mapping mapping = mapping(run, STATED);
        Result result = new Result("Fig. 4.14: 64 B echo, one call a connection", ">connections", ">of 2 K published", ">ours", ">error",
            ">M calls/s", ">state in local memory", ">CLS", ">EMEM", "bottleneck");
        List<Integer> counts = CONNECTIONS.stream().filter(count -> count <= run.whole("connections")).toList();
        List<EchoWorld.Outcome> outcomes = new ArrayList<>();
        for (int count : counts) {
            run.progress((double) counts.indexOf(count) / counts.size(), count + " connections");
            outcomes.add(world(machine, mapping, new EchoWorld.Load(count, 16, BYTES, BYTES, 1, HOST_NS), LOSSLESS, run.seed())
                .run(Math.max(calls(run), 3 * count)));
        }
        double flat = outcomes.get(Math.max(0, counts.indexOf(Math.min(FLAT_TO, counts.getLast())))).callsPerSecond();
        List<Double> ours = new ArrayList<>();
        for (int i = 0; i < counts.size(); i++) {
            Utilisation use = outcomes.get(i).machine().utilisation();
            double found = Math.max(1, use.caches().camHits() + use.caches().clsHits() + use.caches().ememHits() + use.caches().dramReads());
            double published = PUBLISHED.getOrDefault(counts.get(i), Double.NaN);
            ours.add(outcomes.get(i).callsPerSecond() / flat);
            result.row(counts.get(i), published, ours.get(i), Cells.error(published, ours.get(i)), outcomes.get(i).callsPerSecond() / 1e6,
                use.caches().camHits() / found, use.caches().clsHits() / found,
                (use.caches().ememHits() + use.caches().dramReads()) / found, use.bottleneck());
        }
        return result.calibrated(FITTED)
            .note("8 protocol FPCs, as the text has for this figure; the source has 4. Flows that are not congested bypass the scheduler, as in all "
                + "experiments (4.3.4); it is the protocol stage that the text calls the bottleneck. --set machine.scheduler.bypass=0: they do not")
            .note("more calls are under way than the machine takes: they wait at its port. The clients' data path takes no time")
            .note("EMEM's cache is taken to hold state alone: 19,660 connections")
            .plot(new Plot("Fig. 4.14", "connections", "of 2 K connections' rate", true, false, List.of(
                new Plot.Series("ours", true, counts.stream().map(Integer::doubleValue).toList(), ours),
                new Plot.Series("published", false, List.of(2048.0, 8192.0, 16_384.0), List.of(1.0, 0.76, 0.76)))));
    }
}
