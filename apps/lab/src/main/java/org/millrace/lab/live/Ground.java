package org.millrace.lab.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Run;
import org.millrace.tcp.bbr.BbrAlgorithm;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.swift.SwiftAlgorithm;

/**
 * Two Linux hosts and Millrace around a forwarder. Linux {@link #near} is at one end of its paths, Linux {@link #far} and Millrace are at the
 * other. No interface has offloads: what the forwarder loses is a segment of the wire.
 */
final class Ground implements AutoCloseable {
    private static final long MAC = 0x0200_0000_7800L;
    private static final String[] CONGESTION = {"cubic", "bbr", "reno"};

    final Forwarder forwarder;
    final LinuxHost near;
    final LinuxHost far;
    final MillraceHost millrace;

    private Ground(Forwarder forwarder, LinuxHost near, LinuxHost far, MillraceHost millrace) {
        this.forwarder = forwarder;
        this.near = near;
        this.far = far;
        this.millrace = millrace;
    }

    /** {@return what can be set of every experiment on it} */
    static List<Parameter> parameters() {
        return List.of(Parameter.text("linux", "cubic", "congestion control of Linux: cubic, bbr, reno"),
            Parameter.real("warm-up", 4, 0, 60, "seconds before the first run, for Millrace's compiler"),
            Parameter.group("tcp.", "options of Millrace's TCP, as tcp.congestion"));
    }

    /** {@return what was set of both sides, for people} */
    static String settings(Run run) {
        Map<String, String> own = run.under("tcp.");
        return "Linux with " + run.text("linux") + ", Millrace with " + (own.isEmpty() ? "its defaults" : own.toString().replaceAll("[{}]", ""));
    }

    /** Makes it all. */
    static Ground open(String experiment, Run run) throws LabException {
        String linux = run.text("linux");
        if (!List.of(CONGESTION).contains(linux)) {
            throw new LabException("--set linux=" + linux + ": allowed is " + String.join(", ", CONGESTION));
        }
        Network.require(experiment);
        Map<String, Long> sides = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            Network.pair("forward" + i, i == 2 ? MAC + 9 : MAC + i, "host" + i);
            sides.put("forward" + i, MAC + i);
        }
        Network.command("ip link set host2 up");
        try {
            LinuxHost near = new LinuxHost("linux near", "10.78.0.1");
            near.adopt("host0", linux);
            LinuxHost far = new LinuxHost("linux far", "10.78.0.2");
            far.adopt("host1", linux);
            FlexToeFactory transport = new FlexToeFactory();
            transport.plug(new BbrAlgorithm());
            transport.plug(new SwiftAlgorithm());
            MillraceHost millrace = new MillraceHost("host2", "10.78.0.3", "02:00:00:00:78:02", transport, run.under("tcp."));
            return new Ground(new Forwarder(sides), near, far, millrace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends all connections, on both ends of whatever path they have. */
    void clear() {
        near.clear();
        far.clear();
        millrace.clear();
    }

    @Override
    public void close() {
        millrace.close();
        near.close();
        far.close();
        forwarder.close();
    }
}
