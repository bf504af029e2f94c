package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 4.11: a server of one thread takes calls, or makes them, and works a while for each. */
final class SaturatedServer extends AgilioExperiment {
    private static final List<Integer> BYTES = List.of(64, 256, 1024, 2048);
    private static final List<Integer> CYCLES = List.of(250, 1_000);
    private static final int CONNECTIONS = 128;
    private static final int CLIENTS = 16;
    private static final int BUFFER_BYTES = 1 << 14;
    private static final double CYCLE_NS = 0.5;
    private static final int LINE_BYTES = 2048;
    private static final int LINE_CYCLES = 250;

    SaturatedServer() {
        super("fig-4.11", "FlexTOE RPC throughput of a saturated server on an Agilio CX40 (dissertation, Fig. 4.11)", 0);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("bytes", 2_048, 64, 2_048, "of a call at most"));
        all.add(Parameter.whole("us", 2_000, 100, 1_000_000, "microseconds that are counted for each point"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 4.11: a server of one thread, 128 connections", "server", ">cycles a call", ">bytes", ">Gb/s published", ">ours",
            ">error", ">M calls/s", ">the thread alone, M calls/s", "busiest of the server's NIC");
        List<Plot.Series> series = new ArrayList<>();
        Machine machine = machine(run);
        Mapping mapping = mapping(run, Map.of());
        List<Integer> sizes = BYTES.stream().filter(bytes -> bytes <= run.whole("bytes")).toList();
        for (boolean isTaking : List.of(true, false)) {
            for (int cycles : CYCLES) {
                List<Double> ours = new ArrayList<>();
                for (int bytes : sizes) {
                    run.progress((series.size() + (double) sizes.indexOf(bytes) / sizes.size()) / 4, (isTaking ? "takes, " : "makes, ") + cycles
                        + " cycles, " + bytes + " B");
                    ours.add(row(result, run, new Point(isTaking, cycles, bytes), machine, mapping));
                }
                series.add(new Plot.Series((isTaking ? "takes, " : "makes, ") + cycles + " cycles", true,
                    sizes.stream().map(Integer::doubleValue).toList(), ours));
            }
        }
        return result.calibrated(FITTED)
            .note("the text has one figure of FlexTOE's own: 40 Gb/s, line rate, where the server takes 2 KB calls at 250 cycles ("
                + String.format("%.1f", LINE_GBIT) + " Gb/s of payload). The others are ratios to Linux and Chelsio, which are not modelled; of TAS it says that it is "
                + "close, as the server's thread is what is saturated")
            .note("a read or a write of the thread takes 185 ns, half of Table 4.2's 740 cycles of sockets a request, at 2 GHz; copying takes nothing. Clients "
                + "have no time of their own and always one more call to make; those of a connection share segments. Buffers of 16 KB are not stated")
            .plot(new Plot("Fig. 4.11", "bytes of a call", "Gb/s", true, true, series));
    }

    private record Point(boolean isTaking, int cycles, int bytes) {
    }

    private static double row(Result result, Run run, Point point, Machine machine, Mapping mapping) throws LabException {
        long workNs = Math.round(point.cycles * CYCLE_NS);
        TwoHosts.Hardware server = TwoHosts.Hardware.modelled(machine, mapping);
        TwoHosts.Hardware clients = TwoHosts.Hardware.timeless();
        StreamWorld world = point.isTaking
            ? new StreamWorld(clients, server, new StreamWorld.Load(CONNECTIONS, CLIENTS, 1, point.bytes, 0, 0, workNs, BUFFER_BYTES), LINK, run.seed())
            : new StreamWorld(server, clients, new StreamWorld.Load(CONNECTIONS, 1, CLIENTS, point.bytes, 0, workNs, 0, BUFFER_BYTES), LINK, run.seed());
        long measureNs = run.whole("us") * 1_000;
        StreamWorld.Outcome outcome = world.run(measureNs / 2, measureNs);
        double published = point.isTaking && point.bytes == LINE_BYTES && point.cycles == LINE_CYCLES ? LINE_GBIT : Double.NaN;
        result.row(point.isTaking ? "takes" : "makes", point.cycles, point.bytes, published, outcome.gbitPerSecond(),
            Cells.error(published, outcome.gbitPerSecond()), outcome.gbitPerSecond() * 1e3 / 8 / point.bytes, 1e3 / (StreamWorld.CALL_NS + workNs),
            (point.isTaking ? outcome.taking() : outcome.pouring()).utilisation().bottleneck());
        return outcome.gbitPerSecond();
    }
}
