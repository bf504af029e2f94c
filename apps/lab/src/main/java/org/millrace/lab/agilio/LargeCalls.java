package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.agilio.MachineView;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 4.13: one connection, large calls one after the other, with a short answer (a) and sent back (b). */
final class LargeCalls extends AgilioExperiment {
    private static final List<Integer> KIB = List.of(32, 128, 512, 2_048, 8_192);
    private static final int ANSWER_BYTES = 32;
    private static final int CALLS = 3;

    LargeCalls() {
        super("fig-4.13", "FlexTOE large RPC throughput of one connection on an Agilio CX40 (dissertation, Fig. 4.13)", 0);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("kib", 8_192, 32, 8_192, "size of a call at most, KiB"));
        all.add(Parameter.whole("buffer-kib", 256, 4, 16_384, "buffer of the stream each way, KiB, a power of two; the text does not say"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        Machine machine = machine(run);
        Mapping mapping = mapping(run, Map.of());
        int buffer = buffer(run);
        Result result = new Result("Fig. 4.13: large calls on one connection", "case", ">KiB", "limited by, published", ">Gb/s published", ">ours",
            ">of the line", ">segments the receiver's NIC handles, M/s", "busiest of the sender", "busiest of the receiver");
        List<Integer> sizes = KIB.stream().filter(kib -> kib <= run.whole("kib")).toList();
        List<Plot.Series> series = new ArrayList<>();
        for (boolean isEcho : List.of(false, true)) {
            List<Double> ours = new ArrayList<>();
            for (int kib : sizes) {
                run.progress((sizes.indexOf(kib) + (isEcho ? sizes.size() : 0)) / (2.0 * sizes.size()), kib + " KiB" + (isEcho ? ", echo" : ""));
                int bytes = kib << 10;
                long callNs = (long) (bytes * 8 / LINE_GBIT) + 20_000;
                StreamWorld.Outcome outcome = new StreamWorld(TwoHosts.Hardware.modelled(machine, mapping),
                    TwoHosts.Hardware.modelled(machine, mapping), new StreamWorld.Load(1, 1, 1, bytes, isEcho ? bytes : ANSWER_BYTES, 0, 0, buffer),
                    BETWEEN, run.seed()).run(Math.min(callNs, 1_000_000), Math.max(CALLS * callNs, 1_000_000));
                double gbit = outcome.gbitPerSecond();
                ours.add(gbit);
                result.row(isEcho ? "(b) echo" : "(a) 32 B answer", kib, "protocol stage", Double.NaN, gbit, gbit / LINE_GBIT,
                    items(outcome.taking()) * 1e3 / outcome.tookNs(), outcome.pouring().utilisation().bottleneck(),
                    outcome.taking().utilisation().bottleneck());
            }
            series.add(new Plot.Series(isEcho ? "echo, each way" : "32 B answer", true, sizes.stream().map(Integer::doubleValue).toList(), ours));
        }
        return result.calibrated(FITTED)
            .note("the text gives no figure of FlexTOE's own: Chelsio, which is not modelled, is 20 % above it with short answers, and 20 % below "
                + "where the call is sent back. It says that the protocol stage limits FlexTOE, and that it acknowledges every segment")
            .note("both nodes are modelled, one thread each. Sent back as it comes. Buffers of " + buffer / 1024 + " KiB are not stated; control by a window, the published one is by a rate; payload of a "
                + "full link is " + String.format("%.1f", LINE_GBIT) + " Gb/s")
            .plot(new Plot("Fig. 4.13", "KiB of a call", "Gb/s", true, false, series));
    }

    private static double items(MachineView machine) {
        return machine.utilisation().fpcs().stream().filter(fpc -> fpc.name().equals("protocol")).mapToLong(fpc -> fpc.items()).sum();
    }

    private static int buffer(Run run) throws LabException {
        int kib = (int) run.whole("buffer-kib");
        if (Integer.bitCount(kib) != 1) {
            throw new LabException("--set buffer-kib=" + kib + ": allowed is a power of two");
        }
        return kib << 10;
    }
}
