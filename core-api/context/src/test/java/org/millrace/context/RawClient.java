package org.millrace.context;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.millrace.memory.AttachReply;
import org.millrace.memory.AttachRequest;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.Linux;
import org.millrace.memory.UnixSockets;

/** Speaks with a server as no library would. */
final class RawClient implements AutoCloseable {
    final UnixSockets sockets = new UnixSockets();
    final int[] descriptors = {-1, -1, -1, -1, -1, -1};
    final int socket;
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 16, 8);

    RawClient(InstanceDirectory directory) {
        socket = (int) Linux.check(sockets.connect(directory.socket()), "connect");
    }

    long send(byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return sockets.send(socket, memory, bytes.length);
    }

    AttachReply ask(AttachRequest request) {
        memory.fill((byte) 0);
        request.write(memory);
        sockets.send(socket, memory, AttachRequest.BYTES);
        return reply();
    }

    AttachReply reply() {
        memory.fill((byte) 0);
        Linux.check(sockets.receive(socket, memory, 0, 1 << 16, descriptors), "receive");
        return AttachReply.read(memory);
    }

    /** {@return whether the server has hung up; waits for it} */
    boolean isHungUp() {
        return sockets.receive(socket, memory, 0, 1, descriptors) <= 0;
    }

    @Override
    public void close() {
        Linux.close(socket);
        for (int descriptor : descriptors) {
            if (descriptor >= 0) {
                Linux.close(descriptor);
            }
        }
    }
}
