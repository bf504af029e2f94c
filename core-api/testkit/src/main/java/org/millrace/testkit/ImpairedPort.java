package org.millrace.testkit;

import java.lang.foreign.Arena;
import java.util.function.LongSupplier;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;

/**
 * A port on a bad wire: loses, holds back, doubles and corrupts frames of another port, from a seed. A super-frame is
 * impaired as a whole.
 *
 * <p>DESIGN NOTES. A frame held back is copied; it is released when 1 to {@link Impairment#MAX_DISPLACEMENT} later
 * frames have passed it. So that it is not stuck when no later one comes, it is released too after
 * {@value HoldQueue#MAX_POLLS} calls of {@link #receive} (or, with a clock, after its hold time), and when the owner
 * says that it is about to sleep: the look at {@link #receive} that must follow finds it. Received frames with a flipped
 * bit never say that their checksum was checked, and a corrupting port is not {@link PortInfo#checksumTrusted()}. Only
 * IPv4 frames are corrupted, as nothing above Ethernet's FCS protects ARP. {@link #counters()} are the inner port's.
 *
 * <p>Owned by: the data-path thread.
 */
public final class ImpairedPort implements Port {
    private static final long TRANSMIT_SEED = 0x9e37_79b9_7f4a_7c15L;

    private final Port port;
    private final Impairment impairment;
    private final PortInfo info;
    private final Arena arena = Arena.ofShared();
    private final ImpairmentDice receiveDice;
    private final ImpairmentDice transmitDice;
    private final HoldQueue receiveQueue;
    private final HoldQueue transmitQueue;
    private final ReceiveImpairer receiver;
    private final TransmitImpairer transmitter;

    private ImpairedPort(Port port, Impairment impairment, LongSupplier clock, long holdNs) {
        this.port = port;
        this.impairment = impairment;
        PortInfo inner = port.info();
        boolean doubtful = impairment.receives() && impairment.corrupt() > 0;
        info = new PortInfo("impaired:" + inner.name(), inner.macAddress(), inner.mtuBytes(), inner.maxFrameBytes(),
            inner.segmentation(), inner.checksumOffload(), inner.checksumTrusted() && !doubtful);
        receiveDice = new ImpairmentDice(impairment, impairment.seed());
        transmitDice = new ImpairmentDice(impairment, impairment.seed() ^ TRANSMIT_SEED);
        receiveQueue = new HoldQueue(arena, clock, holdNs);
        transmitQueue = new HoldQueue(arena, clock, holdNs);
        receiver = new ReceiveImpairer(port, receiveDice, receiveQueue);
        transmitter = new TransmitImpairer(port, transmitDice, transmitQueue);
    }

    /**
     * Puts a port on a bad wire. A frame held back waits for a bounded number of polls.
     *
     * @param port       the port, closed with the result
     * @param impairment what the wire does
     * @return the port to use in its place
     */
    public static ImpairedPort wrap(Port port, Impairment impairment) {
        return new ImpairedPort(port, impairment, null, 0);
    }

    /**
     * Puts a port on a bad wire. A frame held back waits for a bounded time.
     *
     * @param port       the port, closed with the result
     * @param impairment what the wire does
     * @param clock      the time, nanoseconds
     * @param holdNs     how long a frame is held back at most, if nothing overtakes it
     * @return the port to use in its place
     */
    public static ImpairedPort wrap(Port port, Impairment impairment, LongSupplier clock, long holdNs) {
        return new ImpairedPort(port, impairment, clock, holdNs);
    }

    @Override
    public PortInfo info() {
        return info;
    }

    @Override
    public int receive(FrameBatch batch) {
        transmitter.poll();
        return impairment.receives() ? receiver.receive(batch) : port.receive(batch);
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return port.newTransmitBatch();
    }

    @Override
    public int transmit(TransmitBatch batch) {
        return impairment.transmits() ? transmitter.transmit(batch) : port.transmit(batch);
    }

    @Override
    public int descriptor() {
        return port.descriptor();
    }

    @Override
    public void sleeping(boolean sleeping) {
        if (sleeping) {
            receiveQueue.expire();
            transmitQueue.expire();
        }
        port.sleeping(sleeping);
    }

    @Override
    public boolean isUp() {
        return port.isUp();
    }

    @Override
    public PortCounters counters() {
        return port.counters();
    }

    /** {@return what was done to received frames} */
    public ImpairmentCounters received() {
        return receiveDice.counters();
    }

    /** {@return what was done to sent frames} */
    public ImpairmentCounters transmitted() {
        return transmitDice.counters();
    }

    /** {@return frames held back at the moment, both sides} */
    public int held() {
        return receiveQueue.size() + transmitQueue.size();
    }

    @Override
    public void close() {
        port.close();
        arena.close();
    }
}
