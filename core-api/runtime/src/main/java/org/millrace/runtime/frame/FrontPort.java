package org.millrace.runtime.frame;

import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;

/** A port that stands before another and leaves to it what it does not do itself; the one behind is closed with it. */
public abstract class FrontPort implements Port {
    /** The port behind. */
    protected final Port port;

    /**
     * Stands before a port.
     *
     * @param port the port behind
     */
    protected FrontPort(Port port) {
        this.port = port;
    }

    @Override
    public PortInfo info() {
        return port.info();
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return port.newTransmitBatch();
    }

    @Override
    public int transmit(TransmitBatch batch) {
        return port.transmit(batch);
    }

    @Override
    public int descriptor() {
        return port.descriptor();
    }

    @Override
    public void sleeping(boolean sleeping) {
        port.sleeping(sleeping);
    }

    @Override
    public boolean isUp() {
        return port.isUp();
    }

    /** {@return what passed the port behind} */
    @Override
    public PortCounters counters() {
        return port.counters();
    }

    @Override
    public void close() {
        port.close();
    }
}
