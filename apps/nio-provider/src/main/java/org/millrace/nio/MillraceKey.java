package org.millrace.nio;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel in a {@link MillraceSelector}. A kernel channel has a second key behind it, in the kernel's selector.
 *
 * <p>Any thread; ready operations are written by the selecting one.
 */
final class MillraceKey extends AbstractSelectionKey {
    private final MillraceSelector selector;
    private final SelectableChannel channel;
    private final AtomicBoolean offered = new AtomicBoolean();
    private volatile int interest;
    private volatile int ready;
    private volatile SelectionKey kernelKey;

    MillraceKey(MillraceSelector selector, SelectableChannel channel, int interest) {
        this.selector = selector;
        this.channel = channel;
        this.interest = interest;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    MillraceSelector home() {
        return selector;
    }

    @Override
    public int interestOps() {
        checkValid();
        return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        checkValid();
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException("operations " + ops + " of " + channel.validOps());
        }
        interest = ops;
        SelectionKey behind = kernelKey;
        if (behind == null) {
            selector.offer(this);
        } else {
            pass(behind, ops);
        }
        return this;
    }

    private void pass(SelectionKey behind, int ops) {
        try {
            behind.interestOps(ops);
        } catch (CancelledKeyException e) {
            checkValid(); // else the channel is about to be closed
        }
    }

    @Override
    public int readyOps() {
        checkValid();
        return ready;
    }

    private void checkValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    /** {@return which of these operations it is interested in} */
    int interesting(int ops) {
        return ops & interest;
    }

    /** {@return whether the ready set changed} By the selecting thread. */
    boolean addReady(int ops) {
        boolean changed = (ready & ops) != ops;
        ready |= ops;
        return changed;
    }

    void ready(int ops) {
        ready = ops;
    }

    /** {@return whether it was not offered yet: its selector is to look at it} */
    boolean offer() {
        return offered.compareAndSet(false, true);
    }

    /** The selector looks at it. */
    void taken() {
        offered.set(false);
    }

    /** {@return its key in the kernel's selector, or null} */
    SelectionKey kernelKey() {
        return kernelKey;
    }

    void kernelKey(SelectionKey key) {
        kernelKey = key;
        pass(key, interest); // it may have changed while the other was made
    }

    /** The kernel's selector lets go of it at its next selection. */
    void cancelKernelKey() {
        SelectionKey behind = kernelKey;
        if (behind != null) {
            behind.cancel();
        }
    }
}
