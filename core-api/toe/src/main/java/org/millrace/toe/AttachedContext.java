package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.AttachReply;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.Linux;
import org.millrace.memory.MappedRegion;
import org.millrace.memory.UnixSockets;

/**
 * A context of another process, with its part in each shard. Its socket stays open as long as it does: whoever lets go of it, or dies, hangs up.
 *
 * <p>Any thread; {@link #checkHangup} by the watch.
 */
final class AttachedContext implements ContextGrant {
    private final InstanceDirectory directory;
    private final long token;
    private final String instance;
    private final List<String> transports;
    private final List<AttachedShard> shards;
    private final int socket;
    private volatile boolean open = true;
    private boolean closed;
    private SocketChannel wakeChannel;

    /**
     * @param regions   memory in each shard
     * @param doorbells descriptors that wake each
     * @throws IllegalArgumentException if memory is of another version
     */
    AttachedContext(InstanceDirectory directory, AttachReply reply, List<MappedRegion> regions, int[] doorbells, int socket) {
        this.directory = directory;
        token = reply.token();
        instance = reply.instance();
        transports = reply.transports();
        shards = IntStream.range(0, regions.size())
            .mapToObj(shard -> new AttachedShard(this, regions.get(shard), doorbells[shard])).toList();
        this.socket = socket;
    }

    int socket() {
        return socket;
    }

    /** Looks whether the runtime has hung up, and then wakes who sleeps in this context. */
    synchronized void checkHangup(UnixSockets sockets, MemorySegment scratch) {
        if (closed || !open) {
            return;
        }
        long bytes = sockets.receiveNow(socket, scratch);
        if (bytes > 0 || bytes == -Linux.EAGAIN || bytes == -Linux.EINTR) {
            return;
        }
        open = false;
        // The sleeper sets the word, fences and asks isOpen; this clears `open`, fences and asks the word.
        shards.forEach(AttachedShard::wake);
    }

    /** {@return whether the watch has to look after it} */
    boolean isWatched() {
        return open;
    }

    @Override
    public String instance() {
        return instance;
    }

    @Override
    public List<ContextGrant> shards() {
        return List.copyOf(shards);
    }

    @Override
    public MemorySegment region() {
        return shards.getFirst().region();
    }

    @Override
    public List<String> transports() {
        return transports;
    }

    @Override
    public void ring() {
        shards.getFirst().ring();
    }

    /** Over a socket of the JDK's own, for a selector takes no other; the token says which context it is about. */
    @Override
    public synchronized SelectableChannel wakeChannel() throws IOException {
        if (wakeChannel == null && !closed) {
            wakeChannel = WakeChannel.open(directory.socket(), token, instance);
        }
        return wakeChannel;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            open = false;
            shards.forEach(AttachedShard::release);
            Linux.close(socket);
            closeWakeChannel();
        }
        HangupWatch.remove(this);
    }

    private void closeWakeChannel() {
        if (wakeChannel != null) {
            try {
                wakeChannel.close();
            } catch (IOException e) {
                // close(2) has let go of the descriptor all the same
            }
        }
    }
}
