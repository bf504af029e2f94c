package org.millrace.context;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.AttachRequest;
import org.millrace.memory.Linux;
import org.millrace.memory.UnixSockets;
import org.millrace.memory.WakeRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of the instance's socket, and what it has become by its request: the lease of a context, or the channel by
 * which the owner of one is woken. Owned by: the server's thread, but for {@link #giveBack}.
 */
final class Tenant {
    private static final Logger LOG = LoggerFactory.getLogger(Tenant.class);

    final int socket;
    final UnixSockets.Peer peer;
    private final MemorySegment request = Arena.ofAuto().allocate(AttachRequest.BYTES, 8);
    private int received;
    private boolean opening;
    private boolean hungUp;
    private ContextGrant grant;
    private long token;
    private WakeSocket bell;
    private Tenant lease;

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

    boolean wantsWaking() {
        return WakeRequest.is(request);
    }

    /** {@return the token in its request to be woken} */
    long wantedToken() {
        return WakeRequest.token(request);
    }

    AttachRequest request() {
        return AttachRequest.read(request);
    }

    /** Its context is being opened. */
    void opens() {
        opening = true;
    }

    void granted(ContextGrant context, long itsToken) {
        grant = context;
        token = itsToken;
    }

    boolean hasContext() {
        return grant != null;
    }

    /** {@return whether its context has been closed: it holds memory to no purpose} */
    boolean isOver() {
        return grant != null && !grant.isOpen();
    }

    long token() {
        return token;
    }

    List<String> transports() {
        return grant.transports();
    }

    /** {@return whether this is the lease of the context that a token names} */
    boolean isLease(long wanted) {
        return grant != null && token == wanted;
    }

    /** {@return whether it is of no use: it has asked for nothing yet, or the context that it woke is gone} */
    boolean isSilent() {
        return grant == null && !opening && (lease == null || lease.bell == null);
    }

    boolean isWoken() {
        return bell != null;
    }

    /** Becomes the channel by which the owner of {@code context} is woken. */
    void wakes(Tenant context) {
        lease = context;
        lease.bell = new WakeSocket(socket);
        lease.grant.selectorBell(lease.bell);
    }

    private void wakeNoMore() {
        grant.selectorBell(null);
        bell.close();
        bell = null;
    }

    boolean hasHungUp() {
        return hungUp;
    }

    /** Lets go of the connection, and of who was woken by it. The context, if it has one, is still to be given back. */
    void hangUp() {
        hungUp = true;
        if (lease != null && lease.bell != null) {
            lease.wakeNoMore();
        }
        if (bell != null) {
            bell.end();
            wakeNoMore();
        }
        Linux.close(socket);
    }

    /** Takes the context back. Any thread, once it has hung up. */
    void giveBack() {
        LOG.info("process {} of user {} has left its context", peer.pid(), peer.uid());
        try {
            grant.close();
        } catch (RuntimeException e) {
            LOG.warn("taking back the context of process {}: {}", peer.pid(), e.toString());
        }
    }
}
