package org.millrace.nio;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What a channel keeps because it may go over the kernel: its options and the keys that its selectors have for it. Once
 * it does, they are passed on to the kernel's channel behind it, and so is all that is asked for later.
 *
 * <p>Under its owner's state lock, but for {@link #channel}, {@link #removed} and {@link #offer}.
 *
 * @param <C> the kind of channel
 */
final class KernelSide<C extends SelectableChannel & NetworkChannel> {
    private final Options options;
    private final List<MillraceKey> keys = new CopyOnWriteArrayList<>();
    private volatile C channel;

    KernelSide(Options options) {
        this.options = options;
    }

    /** Binds a channel of the kernel. */
    @FunctionalInterface
    interface Binding<C> {
        void bind(C channel) throws IOException;
    }

    /** {@return the kernel's channel that its owner goes over, or null} */
    C channel() {
        return channel;
    }

    /** Its owner is one that the kernel has made, as it is. */
    void adopt(C accepted) {
        channel = accepted;
    }

    /** Its owner goes over the kernel from now on. If that fails it does not, and the kernel's channel is closed. */
    void use(C made, boolean blocking, Binding<C> binding) throws IOException {
        try {
            options.applyTo(made);
            binding.bind(made);
            made.configureBlocking(blocking);
        } catch (IOException e) {
            made.close();
            throw e;
        }
        channel = made;
        for (MillraceKey key : keys) {
            key.home().registerKernel(key, made);
        }
    }

    <T> void option(SocketOption<T> option, T value) throws IOException {
        if (channel != null) {
            channel.setOption(option, value);
        } else {
            options.set(option, value);
        }
    }

    <T> T option(SocketOption<T> option) throws IOException {
        return channel != null ? channel.getOption(option) : options.get(option);
    }

    /** {@return what was set while it went over nothing} */
    Options options() {
        return options;
    }

    Set<SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    void configureBlocking(boolean block) throws IOException {
        if (channel != null) {
            if (block) {
                keys.forEach(MillraceKey::cancelKernelKey); // all of them are cancelled, or it could not be
            }
            channel.configureBlocking(block);
        }
    }

    /** As {@link Watched#added}. */
    void added(MillraceKey key) throws ClosedChannelException {
        keys.add(key);
        if (channel != null) {
            key.home().registerKernel(key, channel);
        }
    }

    /** As {@link Watched#removed}. */
    void removed(MillraceKey key) {
        keys.remove(key);
    }

    /** Offers those keys that want to know of readiness to their selectors. */
    void offer(int ready) {
        for (MillraceKey key : keys) {
            if (key.interesting(ready) != 0) {
                key.home().offer(key);
                key.home().nudge();
            }
        }
    }
}
