package org.millrace.runtime.swap;

import java.util.HashMap;
import java.util.Map;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;

/**
 * What is to run instead: {@code SwapRequest.KEEP.hardware(tofino).transport(0, laminar)}.
 *
 * @param hardware   the backend, or null: the one that runs
 * @param transports transports by position, as applications number them from 0; those left out keep what they have, and
 *                   are loaded anew if the hardware is another one
 * @param newOnly    whether established connections stay with the old transports until they end
 * @param warmUpNs   longest time to warm the new side before the old one pauses, ns; 0: it is not warmed.
 *                   An instance has a bound of its own
 */
public record SwapRequest(HardwareBackend hardware, Map<Integer, TransportChoice> transports, boolean newOnly,
                          long warmUpNs) {
    /** Nothing else; what to begin a request with. */
    public static final SwapRequest KEEP = new SwapRequest(null, Map.of(), false, Long.MAX_VALUE);

    /** Copies what it is given. */
    public SwapRequest {
        transports = Map.copyOf(transports);
        if (warmUpNs < 0) {
            throw new IllegalArgumentException("warmUpNs is " + warmUpNs + ", allowed is 0 or more");
        }
    }

    /**
     * {@return the same on other hardware}
     *
     * @param other the backend
     */
    public SwapRequest hardware(HardwareBackend other) {
        return new SwapRequest(other, transports, newOnly, warmUpNs);
    }

    /**
     * {@return the same with another transport at a position}
     *
     * @param position from 0
     * @param choice   the transport
     */
    public SwapRequest transport(int position, TransportChoice choice) {
        Map<Integer, TransportChoice> changed = new HashMap<>(transports);
        changed.put(position, choice);
        return new SwapRequest(hardware, changed, newOnly, warmUpNs);
    }

    /** {@return the same for new connections only} */
    public SwapRequest forNewOnly() {
        return new SwapRequest(hardware, transports, true, warmUpNs);
    }

    /**
     * {@return the same with another bound on warming up}
     *
     * @param ns longest time, ns; 0: not at all
     */
    public SwapRequest warmUp(long ns) {
        return new SwapRequest(hardware, transports, newOnly, ns);
    }
}
