package org.millrace.lab.fabric;

import java.util.List;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.Agenda;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.fabric.Topology;
import org.millrace.sim.fabric.Unloaded;
import org.millrace.sim.host.HomaProfile;
import org.millrace.sim.host.MessageHost;
import org.millrace.sim.host.Messages;
import org.millrace.sim.workload.OpenLoop;
import org.millrace.sim.workload.Sizes;

/**
 * One run of a workload on Homa's fabric: a third as many messages as are measured to fill it, then those, and more behind them
 * until the last measured one is complete, or half as many again have begun.
 */
final class SlowdownRun {
    private static final int PROGRESS_EVENTS = 1 << 20;
    private static final double HOST_BITS_PER_S = 10e9;

    private final Agenda agenda = new Agenda();
    private final Topology topology = Topology.homa144();
    private final Unloaded unloaded;
    private final Slowdowns slowdowns;
    private final Fabric fabric;
    private final OpenLoop load;
    private final long from;
    private final long to;
    private long complete;

    /**
     * What is run.
     *
     * @param sizes    of messages
     * @param goodput  data's part of what is on the wire
     * @param load     of the hosts' links, 0 to 1
     * @param messages that are measured
     */
    record Plan(Sizes sizes, double goodput, double load, long messages) {
    }

    SlowdownRun(Plan plan, Transports transport, HomaProfile profile, List<PublishedSlowdown.Row> rows, Run run) {
        FabricConfig config = transport.config(FabricConfig.homa());
        unloaded = new Unloaded(topology, FabricConfig.homa(), profile.dataBytes(), profile.overheadBytes());
        slowdowns = new Slowdowns(rows);
        from = plan.messages / 3;
        to = from + plan.messages;
        Messages messages = new Messages(this::complete);
        fabric = new Fabric(agenda, topology, config, run.random(1), transport.maker(profile, messages));
        double bytesPerSecond = plan.load * plan.goodput * HOST_BITS_PER_S / 8 * topology.hosts();
        load = new OpenLoop(agenda, MessageHost.starter(fabric), topology.hosts(), plan.sizes, bytesPerSecond / plan.sizes.mean(), run.random(2));
    }

    private void complete(long nowPs, Messages messages, int message) {
        long tag = messages.tag(message);
        if (tag >= from && tag < to) {
            complete++;
            int bytes = messages.bytes(message);
            long alonePs = unloaded.timePs(messages.source(message), messages.destination(message), bytes);
            slowdowns.add(bytes, (double) (nowPs - messages.startPs(message)) / alonePs);
        }
    }

    /** Runs it, and tells where it is within a part of the experiment. */
    Slowdowns run(Run run, String what, double begin, double end) {
        load.begin();
        while (complete < to - from && load.started() < to + (to - from) / 2) {
            for (int i = 0; i < PROGRESS_EVENTS && complete < to - from; i++) {
                agenda.next();
            }
            run.progress(begin + (end - begin) * Math.min(1, (double) load.started() / to), what + ", " + load.started() + " messages");
        }
        return slowdowns;
    }

    /** {@return measured messages that were not complete when it ended} */
    long incomplete() {
        return to - from - complete;
    }

    double milliseconds() {
        return agenda.nowPs() / 1e9;
    }

    /** {@return bytes that hosts have sent, by what their links could have carried} */
    double measuredLoad() {
        double sent = 0;
        for (int host = 0; host < topology.hosts(); host++) {
            sent += fabric.host(host).sentBytes();
        }
        return sent * 8e12 / (HOST_BITS_PER_S * agenda.nowPs() * topology.hosts());
    }

    Fabric fabric() {
        return fabric;
    }
}
