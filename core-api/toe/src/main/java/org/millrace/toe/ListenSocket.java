package org.millrace.toe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.OptionalInt;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.memory.Descriptor;

/**
 * Takes streams for a local address.
 *
 * <p>Owned by: the Toe's thread.
 */
public final class ListenSocket extends Endpoint {
    private final InetSocketAddress wanted;
    private final int backlog;
    private final boolean alone;
    private final ArrayDeque<StreamSocket> waiting = new ArrayDeque<>();
    private InetSocketAddress local;
    private int listener;
    private boolean listening;
    /** Null: none is chosen. */
    private ChosenOptions options;

    ListenSocket(Toe toe, int transport, long opaque, InetSocketAddress wanted, int backlog, boolean alone) {
        super(toe, transport, opaque);
        this.wanted = wanted;
        this.backlog = backlog;
        this.alone = alone;
    }

    /** {@return whether the runtime takes streams for it} */
    public boolean isListening() {
        return listening && status() == Status.OK && !closed;
    }

    /**
     * Chooses an option for all streams that come to it from now on. A code point that is chosen before the first {@link Toe#flush}
     * counts for what answers for them too.
     *
     * @param option which
     * @param value  one that it allows
     * @throws IllegalArgumentException if it does not
     */
    public void option(StreamOption option, int value) {
        if (options == null) {
            options = new ChosenOptions();
        }
        options.choose(option, value);
    }

    /**
     * {@return what was chosen here; empty: it is the instance's}
     *
     * @param option which
     */
    public OptionalInt option(StreamOption option) {
        return options == null ? OptionalInt.empty() : options.get(option);
    }

    /** {@return whether a stream waits to be taken} */
    public boolean isAcceptable() {
        return !waiting.isEmpty();
    }

    /**
     * Takes a stream.
     *
     * @return the stream, connected and listed as ready; or null if none waits
     * @throws IOException if listening failed ({@link ToeFailure}) or the socket is closed
     */
    public StreamSocket accept() throws IOException {
        check();
        StreamSocket stream = waiting.poll();
        if (stream != null) {
            stream.accepted();
        }
        return stream;
    }

    /** {@return the address it listens at; null before {@link #isListening()}} */
    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    /** Takes no more streams; those that nobody accepted are reset. */
    @Override
    public void close() {
        if (!closed) {
            markClosed();
            waiting.forEach(StreamSocket::abort);
            waiting.clear();
            toe.dirty(this);
        }
    }

    @Override
    String description() {
        return "listening at " + text(wanted);
    }

    /** A LISTENING event. */
    void listening(int number, InetSocketAddress address) {
        listener = number;
        local = address;
        listening = true;
        if (closed) {
            toe.dirty(this);
        } else {
            toe.ready(this);
        }
    }

    /** An ACCEPTED event. */
    void accepted(StreamSocket stream) {
        if (closed) {
            stream.abort();
        } else {
            if (options != null) {
                stream.inherit(options);
            }
            waiting.add(stream);
            toe.ready(this);
        }
    }

    @Override
    boolean flush(RequestQueue requests) {
        if (!requested) {
            return closed ? forget() : listen(requests);
        }
        return !closed || !listening || unlisten(requests);
    }

    private boolean listen(RequestQueue requests) {
        long slot = requests.claim(Descriptor.LISTEN, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.opaque(slot, opaque);
        requests.code(slot, transport, backlog);
        requests.local(slot, wanted);
        requests.flags(slot, alone ? Descriptor.ALONE : 0);
        requests.dscp(slot, options == null ? 0 : options.tellDscp());
        requested = true;
        return true;
    }

    private boolean unlisten(RequestQueue requests) {
        long slot = requests.claim(Descriptor.UNLISTEN, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.code(slot, transport, listener);
        return forget();
    }

    private boolean forget() {
        toe.forget(this);
        return true;
    }
}
