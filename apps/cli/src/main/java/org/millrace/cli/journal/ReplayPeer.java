package org.millrace.cli.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.ContextGrant;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** The other ends of a replayed context's connections: they send what the recording says, and read all that comes. */
final class ReplayPeer implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int BACKLOG = 1024;

    private final Toe toe;
    private final Map<InetSocketAddress, ListenSocket> listeners = new HashMap<>();
    private final List<End> ends = new ArrayList<>();
    private final MemorySegment chunk = Arena.ofAuto().allocate(CHUNK_BYTES);

    ReplayPeer(ContextGrant grant) {
        toe = Toe.open(grant);
    }

    /** The peer's end of a connection. */
    final class End {
        final StreamSocket stream;
        long received;
        boolean damaged;
        boolean failed;
        private long toSend;
        private long sent;
        private boolean finish;
        private boolean leave;

        private End(StreamSocket stream) {
            this.stream = stream;
            ends.add(this);
        }

        void send(int bytes, boolean fin) {
            toSend += bytes;
            finish |= fin;
        }

        /** Closes as soon as the other side has. */
        void leaveWithPeer() {
            leave = true;
        }

        void abort() {
            stream.abort();
            failed = true;
        }

        /** {@return whether anything could be done} */
        private boolean turn() throws IOException {
            if (failed || stream.isClosed() || stream.isConnecting()) {
                return false;
            }
            boolean any = read() | write();
            if (finish && sent == toSend && !stream.isOutputShutdown()) {
                stream.shutdownOutput();
                any = true;
            }
            if (leave && stream.isInputEnded() && stream.readable() == 0) {
                stream.close();
                any = true;
            }
            return any;
        }

        private boolean read() throws IOException {
            boolean any = false;
            for (int n; (n = stream.read(chunk, 0, CHUNK_BYTES)) > 0; any = true) {
                damaged |= !Pattern.matches(chunk, received, n);
                received += n;
            }
            return any;
        }

        private boolean write() throws IOException {
            boolean any = false;
            while (sent < toSend && stream.writable() > 0) {
                int n = (int) Math.min(CHUNK_BYTES, toSend - sent);
                Pattern.fill(chunk, sent, n);
                sent += stream.write(chunk, 0, n);
                any = true;
            }
            return any;
        }
    }

    /** Takes connections at an address, or no longer. */
    void listen(InetSocketAddress local, boolean on) {
        if (on && !listeners.containsKey(local)) {
            listeners.put(local, toe.listen(local, BACKLOG));
        } else if (!on && listeners.containsKey(local)) {
            listeners.remove(local).close();
        }
    }

    boolean isListening(InetSocketAddress local) {
        return listeners.get(local).isListening();
    }

    End connect(InetSocketAddress to) {
        return new End(toe.connect(to));
    }

    /** {@return the end whose own port this is, or null} */
    End find(int port) {
        for (int i = ends.size() - 1; i >= 0; i--) {
            InetSocketAddress local = ends.get(i).stream.localAddress();
            if (local != null && local.getPort() == port) {
                return ends.get(i);
            }
        }
        return null;
    }

    /** {@return the end whose peer's port this is, or null} */
    End findByPeer(int port) {
        for (int i = ends.size() - 1; i >= 0; i--) {
            InetSocketAddress peer = ends.get(i).stream.peerAddress();
            if (peer != null && peer.getPort() == port) {
                return ends.get(i);
            }
        }
        return null;
    }

    /** Does what there is to do. Answers whether there was anything. */
    boolean turn() {
        boolean any = toe.poll(0) > 0;
        while (toe.nextReady() != null) {
            any = true; // every end is looked at below
        }
        any |= accept();
        for (Iterator<End> all = ends.iterator(); all.hasNext();) {
            End end = all.next();
            if (end.stream.isClosed()) {
                all.remove();
                continue;
            }
            try {
                any |= end.turn();
            } catch (IOException reset) {
                end.failed = true;
                end.stream.close();
                any = true;
            }
        }
        toe.flush();
        return any;
    }

    private boolean accept() {
        boolean any = false;
        for (ListenSocket listener : listeners.values()) {
            try {
                for (StreamSocket stream; (stream = listener.accept()) != null; any = true) {
                    new End(stream);
                }
            } catch (IOException e) {
                throw new IllegalStateException("the replay's peer cannot listen: " + e.getMessage(), e);
            }
        }
        return any;
    }

    @Override
    public void close() {
        toe.close();
    }
}
