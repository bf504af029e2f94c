package org.millrace.tcp.laminar;

import java.util.HashMap;
import java.util.Map;
import org.millrace.tcp.control.program.TcpConfig;

/**
 * What the program is made of beside its base (§5.5.3, §5.5.4.3). What is off has no stage and no register.
 *
 * @param delayedAck whether every second segment in order is acknowledged ({@code delayed-ack-segments=2})
 * @param sack       whether acknowledgements report the out-of-order interval ({@code sack=on})
 * @param push       whether libTOE pushes what it is granted ({@code pacing=push}), else appends what its buffer holds
 * @param stretchAcks ACKs that may give way to a later one of their batch ({@code stretch-acks})
 */
record LaminarOptions(boolean delayedAck, boolean sack, boolean push, int stretchAcks) {
    /** The base: what Table 5.2 counts. */
    static final LaminarOptions BASE = new LaminarOptions(false, false, false, 0);

    private static final Map<String, String> DEFAULTS = Map.of("delayed-ack-segments", "1", "sack", "off", "pacing", TcpConfig.PUSH);

    /** {@return the control plane's options, with what of them is otherwise in this program} */
    static TcpConfig config(Map<String, String> options) {
        Map<String, String> all = new HashMap<>(DEFAULTS);
        all.putAll(options);
        return TcpConfig.parse(all);
    }

    static LaminarOptions of(TcpConfig config) {
        return new LaminarOptions(config.delayedAckSegments() > 1, config.sack(), config.pacing().equals(TcpConfig.PUSH),
            config.stretchAcks());
    }
}
