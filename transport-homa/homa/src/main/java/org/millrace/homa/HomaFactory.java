package org.millrace.homa;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Program;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.homa.message.Keys;
import org.millrace.homa.message.MessageStages;
import org.millrace.homa.message.Profile;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.wire.Ipv4Header;

/**
 * Makes Homa. Options: {@code profile}, {@code linux} (the default) or {@code sigcomm18}; {@code link-mbps}, what the link
 * takes, by default 25000, 0: it is not paced; {@code timeout-ms}, silence after which a call fails, by default 100.
 */
public class HomaFactory implements TransportFactory {
    private static final int LINK_MBPS = 25_000;
    private static final int TIMEOUT_MS = 100;
    private static final int LEAST_TIMEOUT_MS = 20;
    private static final int MOST = 1_000_000;

    /** Makes the factory. */
    public HomaFactory() {
    }

    @Override
    public String name() {
        return "homa";
    }

    @Override
    public int protocol() {
        return HomaFormats.PROTOCOL;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CALLS);
    }

    @Override
    public Transport create(TransportHost host) {
        Map<String, String> options = new HashMap<>(host.options());
        Profile profile = profile(options.remove("profile"))
            .timeout(number("timeout-ms", options.remove("timeout-ms"), TIMEOUT_MS, LEAST_TIMEOUT_MS, "milliseconds"));
        int linkMbps = number("link-mbps", options.remove("link-mbps"), LINK_MBPS, 0, "Mbit/s, 0: not paced");
        options.keySet().stream().findAny().ifPresent(key -> {
            throw new IllegalArgumentException("unknown option " + key + ": homa has profile, link-mbps and timeout-ms");
        });
        Keys keys = Keys.of(host.capacity().flows());
        int packetBytes = host.port().mtuBytes() - Ipv4Header.MIN_LENGTH - HomaFormats.DATA_BYTES;
        MessageStages stages = new MessageStages(host.externs(), keys, profile, packetBytes, linkMbps);
        Messages messages = new Messages(stages, keys);
        HomaProgram program = new HomaProgram(host, keys, stages, messages, profile.mostBytes());
        HomaControl control = new HomaControl(host, messages, new Peers(host, messages, profile));
        return new Transport() {
            @Override
            public Program<?> program() {
                return program;
            }

            @Override
            public ControlPlane control() {
                return control;
            }
        };
    }

    private static Profile profile(String name) {
        return switch (name) {
            case null -> Profile.LINUX;
            case "linux" -> Profile.LINUX;
            case "sigcomm18" -> Profile.SIGCOMM18;
            default -> throw new IllegalArgumentException("profile=" + name + ", allowed are linux and sigcomm18");
        };
    }

    private static int number(String key, String value, int usual, int least, String what) {
        try {
            int number = value == null ? usual : Integer.parseInt(value);
            if (number >= least && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(key + "=" + value + ", allowed is " + least + " to " + MOST + ", " + what);
    }
}
