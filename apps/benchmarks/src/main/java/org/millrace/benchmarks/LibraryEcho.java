package org.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.millrace.api.context.ContextGrant;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** An echo on libTOE: reads into a buffer of its own and writes from it. */
final class LibraryEcho implements EchoApplication {
    private final Toe toe;
    private final MemorySegment buffer = Arena.ofAuto().allocate(4096);
    private int connections;

    LibraryEcho(ContextGrant grant) {
        toe = Toe.open(grant);
    }

    @Override
    public void listen(InetAddress address, int port, int backlog) {
        toe.listen(new InetSocketAddress(address, port), backlog);
        toe.flush();
    }

    @Override
    public void echo() {
        toe.poll(0);
        try {
            for (Endpoint ready = toe.nextReady(); ready != null; ready = toe.nextReady()) {
                if (ready instanceof StreamSocket stream) {
                    int length = stream.read(buffer, 0, 4096);
                    if (length > 0) {
                        stream.write(buffer, 0, length);
                    }
                } else if (ready instanceof ListenSocket listener) {
                    while (listener.accept() != null) {
                        connections++;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        toe.flush();
    }

    @Override
    public int connections() {
        return connections;
    }
}
