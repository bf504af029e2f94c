package org.millrace.toe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.memory.Descriptor;

/**
 * Takes streams for a local address, in all shards of the instance: the first one chooses the port if any will do, then the
 * others are asked; if one refuses, none takes streams. A stream stays in the shard that its frames come to.
 *
 * <p>Owned by: the Toe's thread.
 */
public final class ListenSocket extends Endpoint {
    private final InetSocketAddress wanted;
    private final int backlog;
    private final boolean alone;
    private final ArrayDeque<StreamSocket> waiting = new ArrayDeque<>();
    private final List<ShardListener> parts = new ArrayList<>();
    private InetSocketAddress local;
    private int listening;
    /** Null: none is chosen. */
    private ChosenOptions options;

    ListenSocket(Toe toe, int transport, InetSocketAddress wanted, int backlog, boolean alone) {
        super(toe, toe.lane(0), transport, 0);
        this.wanted = wanted;
        this.backlog = backlog;
        this.alone = alone;
    }

    /** Asks a shard. */
    void ask(int shard, InetSocketAddress address) {
        ShardListener part = new ShardListener(this, toe.lane(shard), toe.number(), address);
        parts.add(part);
        toe.ask(part);
    }

    /** {@return whether the runtime takes streams for it} */
    public boolean isListening() {
        return listening == toe.shards() && status() == Status.OK && !closed;
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
            undo();
        }
    }

    private void undo() {
        waiting.forEach(StreamSocket::abort);
        waiting.clear();
        parts.forEach(ShardListener::close);
    }

    @Override
    String description() {
        return "listening at " + text(wanted);
    }

    /** A shard takes streams for it. */
    void listening(InetSocketAddress address) {
        local = address;
        listening++;
        if (listening == 1) {
            InetSocketAddress chosen = new InetSocketAddress(wanted.getAddress(), address.getPort());
            for (int shard = 1; shard < toe.shards(); shard++) {
                ask(shard, chosen);
            }
        }
        if (isListening()) {
            toe.ready(this);
        }
    }

    /** A shard does not: then none does. */
    void refused(Status reason) {
        fail(reason);
        undo();
    }

    /** An ACCEPTED event. */
    void accepted(StreamSocket stream) {
        if (closed || status() != Status.OK) {
            stream.abort();
            return;
        }
        if (options != null) {
            stream.inherit(options);
        }
        waiting.add(stream);
        if (isListening()) {
            toe.ready(this);
        }
    }

    /** Writes what is the same for every shard. */
    void describe(RequestQueue requests, long slot) {
        requests.code(slot, transport, backlog);
        requests.flags(slot, alone ? Descriptor.ALONE : 0);
        requests.dscp(slot, options == null ? 0 : options.tellDscp());
    }

    @Override
    boolean flush(RequestQueue requests) {
        return true; // its parts ask
    }
}
