package org.millrace.ports;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.port.FrameSteering;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;

/**
 * Opens {@link PacketPort}s. Options:
 *
 * <ul>
 * <li>{@code interface}: its name; required
 * <li>{@code mac}: of the stack on it; default: derived from the interface's, and different from it
 * <li>{@code super-frames}: {@code false} for frames of at most the MTU with complete checksums to send; default
 *     {@code true}. Super-frames that a peer sends are received all the same
 * <li>{@code ring-frames}: slots of the receive ring, a frame of the MTU each; default 2048
 * <li>{@code receive-buffer}: bytes of longer frames that may wait in the kernel beside the ring; default 16 MiB. Where the
 *     system grants less than 1 MiB, slots are 64 KB each and a sixteenth as many
 * <li>{@code send-buffer}: bytes that may wait in the kernel; default 4 MiB
 * <li>{@code batch-frames}: most frames in a transmit batch; default 64
 * </ul>
 */
public class PacketPortFactory implements PortFactory {
    private static final Set<String> OPTIONS =
            Set.of("interface", "mac", "super-frames", "ring-frames", "receive-buffer", "send-buffer",
                    "batch-frames");

    /** Makes a factory. */
    public PacketPortFactory() {
    }

    @Override
    public String kind() {
        return "packet";
    }

    @Override
    public Port open(Map<String, String> options) {
        PortOptions checked = new PortOptions(kind(), options, OPTIONS);
        return PacketPort.open(checked.text("interface", "the name of a network interface"), checked);
    }

    @Override
    public List<Port> open(Map<String, String> options, FrameSteering steering) {
        PortOptions checked = new PortOptions(kind(), options, OPTIONS);
        return PacketPort.open(checked.text("interface", "the name of a network interface"), checked, steering);
    }
}
