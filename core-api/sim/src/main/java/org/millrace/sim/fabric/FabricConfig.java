package org.millrace.sim.fabric;

import org.millrace.sim.TrafficManager;

/**
 * How switches and hosts of a fabric work.
 *
 * @param limits          of the queues of each switch; bytes, or the units it counts in
 * @param switchPs        from a packet's arrival at a switch to its queue, picoseconds
 * @param sendPs          from a host's choice of a packet to its first bit on the wire
 * @param receivePs       from its last bit's arrival to the host's acting
 * @param isSpraying      whether each packet takes a way of its own, at random; else each flow does, by a hash
 * @param trimmedBytes    what is left of a packet whose queue is full, on the wire; 0: it is dropped
 */
public record FabricConfig(TrafficManager.Limits limits, long switchPs, long sendPs, long receivePs, boolean isSpraying,
                           int trimmedBytes) {
    /**
     * {@return Homa's (SIGCOMM 2018, §5.2 and its simulator's defaults)} 0.25 µs a switch, 0.5 µs software and 0.5 µs NIC to send, 0.5 µs
     * software to receive, packets sprayed, buffers that never fill.
     */
    public static FabricConfig homa() {
        return new FabricConfig(TrafficManager.Limits.shared(8, 1L << 40, 1), 250_000, 1_000_000, 500_000, true, 0);
    }

    /**
     * {@return the same with other queues}
     *
     * @param other of each switch
     */
    public FabricConfig limits(TrafficManager.Limits other) {
        return new FabricConfig(other, switchPs, sendPs, receivePs, isSpraying, trimmedBytes);
    }

    /**
     * {@return the same with another choice of ways}
     *
     * @param isSprayed whether each packet takes a way of its own
     */
    public FabricConfig spraying(boolean isSprayed) {
        return new FabricConfig(limits, switchPs, sendPs, receivePs, isSprayed, trimmedBytes);
    }

    /**
     * {@return the same with trimming}
     *
     * @param bytes what is left on the wire
     */
    public FabricConfig trimming(int bytes) {
        return new FabricConfig(limits, switchPs, sendPs, receivePs, isSpraying, bytes);
    }
}
