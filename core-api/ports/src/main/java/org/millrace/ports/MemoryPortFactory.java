package org.millrace.ports;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;

/**
 * Opens {@link MemoryPort}s between processes. Options:
 *
 * <ul>
 * <li>{@code path}: a directory that both sides name, best on a tmpfs ({@code /dev/shm}); required, made if missing
 * <li>{@code side}: {@code a} or {@code b}; required, the other side takes the other
 * <li>{@code mac}: default: derived from path and side
 * <li>{@code mtu}: bytes, default 1500
 * <li>{@code super-frames}: {@code false} for frames of at most the MTU; default {@code true}
 * <li>{@code checksums}: {@code trusted}: left partial by the sender, not checked by the receiver, the default;
 *     {@code complete}: made and checked as on a cable, which implies no super-frames
 * <li>{@code ring-bytes}: of each direction, a power of two, the same on both sides; default 4 MiB
 * <li>{@code batch-frames}: most frames in a transmit batch; default 64
 * </ul>
 */
public class MemoryPortFactory implements PortFactory {
    /** Makes a factory. */
    public MemoryPortFactory() {
    }

    @Override
    public String kind() {
        return "memory";
    }

    @Override
    public Port open(Map<String, String> options) {
        Set<String> known = new HashSet<>(MemoryPort.COMMON_OPTIONS);
        known.addAll(Set.of("path", "side", "mac"));
        PortOptions checked = new PortOptions(kind(), options, known);
        Path directory = Path.of(checked.text("path", "a directory that both sides name"));
        checked.text("side", "allowed is a or b, and the other one on the other side");
        return MemoryPort.open(directory, checked.choice("side", "a", "b").charAt(0), checked);
    }
}
