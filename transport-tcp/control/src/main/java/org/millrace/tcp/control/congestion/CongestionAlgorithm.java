package org.millrace.tcp.control.congestion;

/**
 * Makes a policy for each connection: what a plug-in registers as a service, or gives to a transport's factory. It is chosen by
 * {@code congestion = plug-in:NAME}, for all or in a route. See docs/write-a-congestion-control.md.
 */
public interface CongestionAlgorithm {
    /** {@return its name: small letters, digits and hyphens} */
    String name();

    /** {@return whether it heeds ECN marks: one that does not must not ask for them (RFC 3168 §6.1)} */
    default boolean usesEcn() {
        return true;
    }

    /**
     * Makes a policy for a new connection. Data-path thread.
     *
     * @param mss           payload of a segment, bytes
     * @param initialWindow bytes
     * @param maxWindow     bytes; what the transmit buffer holds, more is no use
     * @return the policy
     */
    CongestionPolicy make(int mss, int initialWindow, int maxWindow);
}
