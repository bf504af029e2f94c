package org.millrace.lab.agilio;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.agilio.IslandsSvg;
import org.millrace.agilio.Utilisation;
import org.millrace.agilio.model.Fpc;
import org.millrace.agilio.model.Memory;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.output.WholeFile;

/** Where an echo's time goes on the machine: every place, memory, ring and link, the bottleneck by name, a drawing and a trace. */
final class Bottleneck extends AgilioExperiment {
    private static final int TRACED_VISITS = 20_000;
    private static final int DRAWN = 12;

    Bottleneck() {
        super("bottleneck", "nothing published: where FlexTOE's echo holds up an Agilio CX40, of every core, memory, ring and link", 5_000);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("connections", 64, 1, 16_384, "connections, a call under way on each"));
        all.add(Parameter.whole("bytes", 2_048, 1, 65_536, "bytes of a call and of its answer"));
        all.add(Parameter.whole("warm-up", 200, 1, 1_000_000, "calls of a connection before those that are counted, until its rate has settled"));
        all.add(Parameter.text("islands", "", "file for a drawing (SVG) of the islands, coloured by load"));
        all.add(Parameter.text("trace", "", "file for a Chrome trace (JSON, for ui.perfetto.dev) of items at places"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        int bytes = (int) run.whole("bytes");
        WholeFile islands = file(run, "islands");
        WholeFile traced = file(run, "trace");
        EchoWorld world = world(machine(run), mapping(run, Map.of()), new EchoWorld.Load((int) run.whole("connections"), 16, bytes, bytes,
            1, HOST_NS, (int) run.whole("warm-up")), LINK, run.seed());
        run.progress(0, run.whole("connections") + " connections");
        StringBuilder trace = new StringBuilder();
        if (traced != null) {
            world.machine().trace(TRACED_VISITS, trace::append);
        }
        EchoWorld.Outcome outcome = world.run(calls(run));
        Utilisation use = outcome.machine().utilisation();
        Result result = new Result("bottleneck: " + use.bottleneck(), "what", ">busy %", ">threads or slots taken %", ">items", ">most waiting");
        places(use, result);
        for (Memory memory : Memory.values()) {
            boolean isLink = memory == Memory.PCIE_READ || memory == Memory.PCIE_WRITE;
            long accesses = use.memories().accesses(memory);
            result.row(memory.word() + (accesses == 0 ? "" : ", mean wait " + use.memories().waitedCycles(memory) / accesses + " cycles"),
                isLink ? 100.0 * use.memories().linkBusyCycles(memory) / use.cycles() : Double.NaN, Double.NaN, accesses, Double.NaN);
        }
        use.waited().forEach((name, most) -> result.row("order before " + name, Double.NaN, Double.NaN, Double.NaN, most));
        outcome.machine().operations().forEach((key, mean) -> result.row("operations of " + key, Double.NaN, Double.NaN, mean,
            Double.NaN));
        if (islands != null) {
            islands.write(IslandsSvg.of(run.whole("connections") + " connections, " + bytes + " B echo", use));
        }
        if (traced != null) {
            traced.write("{\"traceEvents\":[" + trace + "{}]}\n");
        }
        return result.calibrated(FITTED).note(String.format("%.0f calls/s, median %.1f us; busiest: %s", outcome.callsPerSecond(),
            outcome.latenciesUs().quantile(0.5), use.loads().stream().limit(4).map(Utilisation.Load::toString).toList()))
            .plot(plot(use.loads()));
    }

    private static Plot plot(List<Utilisation.Load> loads) {
        List<Plot.Series> series = new ArrayList<>();
        for (int i = 0; i < Math.min(DRAWN, loads.size()); i++) {
            series.add(new Plot.Series(loads.get(i).name(), false, List.of(i + 1.0), List.of(100 * loads.get(i).share())));
        }
        return new Plot("What is busiest", "rank", "% of the time", false, false, series);
    }

    private static WholeFile file(Run run, String key) throws LabException {
        return run.text(key).isEmpty() ? null : new WholeFile("--set " + key, Path.of(run.text(key)));
    }

    private static void places(Utilisation use, Result result) {
        Map<String, List<Fpc>> byName = new TreeMap<>();
        use.fpcs().forEach(fpc -> byName.computeIfAbsent(fpc.name(), name -> new ArrayList<>()).add(fpc));
        byName.forEach((name, fpcs) -> {
            int waiting = use.rings().entrySet().stream().filter(ring -> ring.getKey().startsWith(name + ' '))
                .mapToInt(ring -> ring.getValue().mostDepth()).max().orElse(0);
            result.row(name + ", " + fpcs.size() + (fpcs.size() == 1 ? " FPC" : " FPCs"),
                100 * fpcs.stream().mapToDouble(use::busy).max().orElse(0), 100 * fpcs.stream().mapToDouble(use::occupied).max().orElse(0),
                fpcs.stream().mapToLong(Fpc::items).sum(), waiting);
        });
    }
}
