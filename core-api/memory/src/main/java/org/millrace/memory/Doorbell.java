package org.millrace.memory;

/** The bell of a data path in another process: a descriptor that was handed over. Any thread. */
public final class Doorbell implements AutoCloseable {
    private int descriptor;

    /**
     * Makes a bell of a descriptor.
     *
     * @param descriptor an eventfd or pipe that does not block; the bell closes it
     */
    public Doorbell(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Rings. After {@link #close} it does nothing. */
    public synchronized void ring() {
        if (descriptor >= 0) {
            Linux.writeQuietly(descriptor, EventFd.ONE.address(), 8);
        }
    }

    /** Closes the descriptor; again: nothing. */
    @Override
    public synchronized void close() {
        if (descriptor >= 0) {
            Linux.close(descriptor);
            descriptor = -1;
        }
    }
}
