package org.millrace.lab.fabric;

import java.util.ArrayList;
import java.util.List;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.Agenda;
import org.millrace.sim.TrafficManager;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.fabric.Host;
import org.millrace.sim.fabric.Topology;
import org.millrace.sim.host.HomaHost;
import org.millrace.sim.host.HomaProfile;
import org.millrace.sim.host.MessageHost;
import org.millrace.sim.host.Messages;
import org.millrace.sim.host.WindowHost;
import org.millrace.sim.workload.Incast;
import org.millrace.sim.workload.Sizes;

/** Many answers to one host at once, in buffers that can fill: how long until the last, by how long they take at line rate. */
final class IncastExperiment implements Experiment {
    private static final int[] ANSWERS = {8, 16, 32, 64, 128};
    private static final int QUESTION_BYTES = 100;
    private static final int PACKET_DATA_BYTES = 1_442;
    private static final int PACKET_OVERHEAD_BYTES = 96;
    private static final long HOST_BYTE_PS = 800; // 10 Gbit/s
    /** SIGCOMM 2018, §3.6: a few hundred bytes. */
    private static final int MARKED_UNSCHEDULED_BYTES = 400;
    private static final long MOST_PS = 60_000_000_000_000L;

    /** Who is compared. */
    private enum Side {
        HOMA("Homa", Transports.HOMA), UNMARKED("Homa without incast control", Transports.HOMA), LINUX("Homa, linux", Transports.HOMA),
        TCP("TCP", Transports.TCP), DCTCP("DCTCP", Transports.DCTCP);

        private final String people;
        private final Transports transport;

        Side(String people, Transports transport) {
            this.people = people;
            this.transport = transport;
        }

        /** A lost packet is missed after 5 ms, as in Linux. */
        HomaProfile profile(int bytes) {
            HomaProfile published = HomaProfile.sigcomm18(Sizes.fixed(bytes)).resending(5_000_000_000L);
            return switch (this) {
                case HOMA -> published.unscheduled(MARKED_UNSCHEDULED_BYTES);
                case LINUX -> HomaProfile.linux();
                default -> published;
            };
        }
    }

    @Override
    public String name() {
        return "incast";
    }

    @Override
    public String reproduces() {
        return "incast control of Homa (SIGCOMM 2018, §3.6): answers of 64 KB from up to 128 hosts to one, by line rate; TCP and DCTCP beside";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("bytes", 65_536, 1, 10_000_000, "of an answer"),
            Parameter.whole("buffer", Transports.BUFFER_BYTES, 10_000, 1_000_000_000, "shared by the queues of a switch, bytes"));
    }

    @Override
    public Result run(Run run) {
        int bytes = (int) run.whole("bytes");
        Result result = new Result("Incast of " + bytes + " B answers to one host of 144 at 10 Gbit/s", "transport", ">answers", ">line rate, ms",
            ">complete, ms", ">by line rate", ">dropped", ">resent or timed out");
        List<Plot.Series> series = new ArrayList<>();
        for (Side side : Side.values()) {
            List<Double> across = new ArrayList<>();
            List<Double> up = new ArrayList<>();
            for (int answers : ANSWERS) {
                run.progress((side.ordinal() + answers / 128.0) / Side.values().length, side.people + ", " + answers + " answers");
                double factor = row(result, side, answers, bytes, run);
                across.add((double) answers);
                up.add(factor);
            }
            series.add(new Plot.Series(side.people, true, across, up));
        }
        return result.note("line rate: the answers' packets of " + PACKET_DATA_BYTES + " bytes, " + (PACKET_DATA_BYTES + PACKET_OVERHEAD_BYTES)
                + " on the wire, one after the other; complete: from the first question to the last answer's last byte")
            .note("goal: Homa at 128 answers within 1.2 times line rate; seed " + run.seed())
            .plot(new Plot("Incast of " + bytes + " B answers", "answers", "completion by line rate", true, true, series));
    }

    private static double row(Result result, Side side, int answers, int bytes, Run run) {
        Agenda agenda = new Agenda();
        FabricConfig config = side.transport.config(FabricConfig.homa()
            .limits(TrafficManager.Limits.shared(8, run.whole("buffer"), 1)));
        Incast[] incast = new Incast[1];
        Messages messages = new Messages((nowPs, all, message) -> incast[0].complete(nowPs, all.destination(message), all.tag(message)));
        Fabric fabric = new Fabric(agenda, Topology.homa144(), config, run.random(answers), side.transport.maker(side.profile(bytes), messages));
        incast[0] = new Incast(MessageHost.starter(fabric), 0, answers, QUESTION_BYTES, bytes);
        incast[0].ask(0, fabric.topology().hosts());
        while (!incast[0].isComplete() && agenda.nowPs() < MOST_PS && agenda.next()) { }
        double lineMs = (double) answers * (bytes + Math.ceilDiv(bytes, PACKET_DATA_BYTES) * PACKET_OVERHEAD_BYTES) * HOST_BYTE_PS / 1e9;
        double ms = incast[0].isComplete() ? incast[0].endPs() / 1e9 : Double.NaN;
        result.row(side.people, answers, lineMs, ms, ms / lineMs, fabric.counters().droppedFull(), repairs(fabric));
        return ms / lineMs;
    }

    private static long repairs(Fabric fabric) {
        long sum = 0;
        for (int i = 0; i < fabric.topology().hosts(); i++) {
            Host host = fabric.host(i);
            sum += host instanceof HomaHost homa ? homa.resends() : ((WindowHost) host).timeouts();
        }
        return sum;
    }
}
