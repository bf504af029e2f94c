package org.millrace.context;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.AttachRequest;
import org.millrace.memory.Linux;
import org.millrace.memory.UnixSockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection of the instance's socket, and the context it has once it asked for one. Owned by: the server's thread. */
final class Tenant {
    private static final Logger LOG = LoggerFactory.getLogger(Tenant.class);

    final int socket;
    final UnixSockets.Peer peer;
    private final MemorySegment request = Arena.ofAuto().allocate(AttachRequest.BYTES, 8);
    private int received;
    private ContextGrant grant;

    Tenant(int socket, UnixSockets.Peer peer) {
        this.socket = socket;
        this.peer = peer;
    }

    /** What {@link #receive} has come to. */
    enum Progress { WAITS, REQUESTED, GONE }

    /** Takes what the application has sent: first the request, then nothing any more until it hangs up. */
    Progress receive(UnixSockets sockets) {
        int[] unwanted = new int[UnixSockets.MAX_DESCRIPTORS];
        int room = AttachRequest.BYTES - received;
        long bytes = sockets.receive(socket, request, room == 0 ? 0 : received, room == 0 ? 1 : room, unwanted);
        for (int descriptor : unwanted) {
            if (descriptor >= 0) {
                Linux.close(descriptor);
            }
        }
        if (bytes == -Linux.EAGAIN || bytes == -Linux.EINTR) {
            return Progress.WAITS;
        }
        if (bytes <= 0 || room == 0) {
            return Progress.GONE;
        }
        received += (int) bytes;
        return received == AttachRequest.BYTES ? Progress.REQUESTED : Progress.WAITS;
    }

    AttachRequest request() {
        return AttachRequest.read(request);
    }

    void granted(ContextGrant context) {
        grant = context;
    }

    boolean hasContext() {
        return grant != null;
    }

    /** Takes the context back and hangs up. */
    void close() {
        if (grant != null) {
            LOG.info("process {} of user {} has left its context", peer.pid(), peer.uid());
            try {
                grant.close();
            } catch (RuntimeException e) {
                LOG.warn("taking back the context of process {}: {}", peer.pid(), e.toString());
            }
        }
        Linux.close(socket);
    }
}
