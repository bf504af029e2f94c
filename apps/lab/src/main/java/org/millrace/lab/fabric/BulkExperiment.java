package org.millrace.lab.fabric;

import java.util.ArrayList;
import java.util.List;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.Agenda;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.fabric.Topology;
import org.millrace.sim.fabric.Unloaded;
import org.millrace.sim.host.HomaProfile;
import org.millrace.sim.host.MessageHost;
import org.millrace.sim.host.Messages;
import org.millrace.sim.workload.Bulk;
import org.millrace.sim.workload.Sizes;

/** Every host sends a long message to another: how near the last one comes to line rate, on each topology, by transport. */
final class BulkExperiment implements Experiment {
    private static final long GBIT_10 = 10_000_000_000L;
    private static final long MOST_PS = 60_000_000_000_000L;

    @Override
    public String name() {
        return "bulk";
    }

    @Override
    public String reproduces() {
        return "nothing published: a permutation of long messages on the leaf-spine of 144 hosts and the fat tree of 1,024, by line rate";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("bytes", 2_000_000, 1_000, 100_000_000, "of each message"));
    }

    @Override
    public Result run(Run run) {
        int bytes = (int) run.whole("bytes");
        Result result = new Result("Permutation of " + bytes + " B messages at 10 Gbit/s", "topology", "transport", ">alone, ms", ">last complete, ms",
            ">by alone", ">dropped", ">marked");
        List<Topology> topologies = List.of(Topology.homa144(), Topology.fatTree(16, GBIT_10, 0));
        List<Plot.Series> series = new ArrayList<>();
        for (Topology topology : topologies) {
            for (Transports transport : Transports.values()) {
                run.progress((double) (series.size()) / 6, topology.hosts() + " hosts, " + transport);
                double factor = row(result, topology, transport, bytes, run);
                series.add(new Plot.Series(transport + ", " + topology.hosts(), false, List.of((double) topology.hosts()), List.of(factor)));
            }
        }
        return result.note("alone: one such message in an empty fabric; Homa's packets take ways of their own, the others' flows keep theirs; seed " + run.seed())
            .plot(new Plot("Permutation: last complete by alone", "hosts", "times", true, false, series));
    }

    private static double row(Result result, Topology topology, Transports transport, int bytes, Run run) {
        Agenda agenda = new Agenda();
        HomaProfile profile = HomaProfile.sigcomm18(Sizes.fixed(bytes));
        Bulk bulk = new Bulk(topology.hosts(), run.random(topology.hosts()));
        Messages messages = new Messages((nowPs, all, message) -> bulk.complete(nowPs));
        Fabric fabric = new Fabric(agenda, topology, transport.config(FabricConfig.homa()), run.random(transport.ordinal()),
            transport.maker(profile, messages));
        bulk.begin(0, MessageHost.starter(fabric), bytes);
        while (!bulk.isComplete() && agenda.nowPs() < MOST_PS && agenda.next()) { }
        double alone = new Unloaded(topology, FabricConfig.homa(), profile.dataBytes(), profile.overheadBytes())
            .timePs(0, topology.hosts() - 1, bytes) / 1e9;
        double ms = bulk.isComplete() ? bulk.endPs() / 1e9 : Double.NaN;
        result.row(topology.hosts() + " hosts", transport.toString(), alone, ms, ms / alone, fabric.counters().droppedFull(), fabric.counters().marked());
        return ms / alone;
    }
}
