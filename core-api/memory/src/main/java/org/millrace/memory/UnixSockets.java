package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Unix-domain stream sockets that pass descriptors (SCM_RIGHTS, unix(7)), which the JDK's own cannot. Structures are
 * those of 64-bit Linux. Every method returns the call's result, or the negative errno.
 *
 * <p>Owned by: one thread.
 */
public final class UnixSockets extends NativeCalls {
    /** Most descriptors in one message here. */
    public static final int MAX_DESCRIPTORS = 128;
    /** Nobody listens there any more. */
    public static final int ECONNREFUSED = 111;
    /** This process may have no more descriptors. */
    public static final int EMFILE = 24;
    /** The system may have no more descriptors. */
    public static final int ENFILE = 23;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 0x80001;
    private static final int SOCK_NONBLOCK_CLOEXEC = 0x80800;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SHUT_WR = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

    /** {@code struct sockaddr_un}: u16 family, path with a 0 behind it. */
    private static final int PATH = 2;
    private static final int PATH_BYTES = 108;
    /** {@code struct msghdr}: name, name length, iovec, iovec count, control, control length, flags. */
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSG_BYTES = 56;
    /** {@code struct iovec}: base, length. */
    private static final int IOV = MSG_BYTES;
    /** {@code struct cmsghdr}: u64 length, i32 level, i32 type; descriptors behind it. */
    private static final int CONTROL = IOV + 16;
    private static final int CMSG_LEVEL = CONTROL + 8;
    private static final int CMSG_TYPE = CONTROL + 12;
    private static final int CMSG_DATA = CONTROL + 16;
    private static final int CONTROL_BYTES = 16 + 4 * MAX_DESCRIPTORS;

    private final Sockets sockets = new Sockets();
    private final MemorySegment memory = Arena.ofAuto().allocate(Math.max(CONTROL + CONTROL_BYTES, PATH + PATH_BYTES), 8);

    /**
     * Makes an instance for one thread.
     *
     * @throws UnsupportedOperationException on a system or processor without a table of constants
     */
    public UnixSockets() {
    }

    /**
     * Whom a socket is connected to, when it connected or listened.
     *
     * @param pid process
     * @param uid user
     * @param gid group
     */
    public record Peer(int pid, int uid, int gid) {
    }

    /**
     * Binds a socket that does not block to a path and listens.
     *
     * @param path    where; must not exist
     * @param backlog connections that may wait
     * @return descriptor or negative errno
     */
    public int listen(Path path, int backlog) {
        int length = address(path);
        int fd = sockets.socket(AF_UNIX, SOCK_STREAM_CLOEXEC | Linux.O_NONBLOCK, 0);
        if (fd < 0) {
            return fd;
        }
        int error = sockets.bind(fd, memory.address(), length);
        if (error == 0) {
            error = call(Calls.LISTEN, fd, backlog);
        }
        return closeOn(error, fd);
    }

    /**
     * Connects a socket that blocks.
     *
     * @param path where somebody listens
     * @return descriptor or negative errno
     */
    public int connect(Path path) {
        int length = address(path);
        int fd = sockets.socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
        if (fd < 0) {
            return fd;
        }
        try {
            return closeOn(result((int) Calls.CONNECT.invokeExact(captured, fd, memory.address(), length)), fd);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Accepts a connection; its socket does not block.
     *
     * @param fd listening socket
     * @return descriptor or negative errno
     */
    public int accept(int fd) {
        try {
            return result((int) Calls.ACCEPT4.invokeExact(captured, fd, 0L, 0L, SOCK_NONBLOCK_CLOEXEC));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * {@return who is at the other end; the kernel vouches for it}
     *
     * @param fd connected socket
     * @throws NativeException if it is none
     */
    public Peer peer(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(16, 8);
            credentials.set(INT, 12, 12); // struct ucred: i32 pid, uid, gid; its length behind it
            check(result((int) Calls.GETSOCKOPT.invokeExact(captured, fd, SOL_SOCKET, SO_PEERCRED,
                credentials.address(), credentials.address() + 12)), "getsockopt(SO_PEERCRED)");
            return new Peer(credentials.get(INT, 0), credentials.get(INT, 4), credentials.get(INT, 8));
        } catch (NativeException refused) {
            throw refused;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Sends bytes, and with the first of them descriptors. The receiver has duplicates: close one's own when done.
     *
     * @param fd          connected socket
     * @param from        native memory
     * @param length      bytes, at least 1
     * @param descriptors at most {@link #MAX_DESCRIPTORS}
     * @return bytes sent or negative errno
     */
    public long send(int fd, MemorySegment from, long length, int... descriptors) {
        int data = 4 * descriptors.length;
        message(from.address(), length, descriptors.length == 0 ? 0 : 16 + (data + 7 & -8));
        memory.set(LONG, CONTROL, 16 + data);
        memory.set(INT, CMSG_LEVEL, SOL_SOCKET);
        memory.set(INT, CMSG_TYPE, SCM_RIGHTS);
        MemorySegment.copy(descriptors, 0, memory, ValueLayout.JAVA_INT, CMSG_DATA, descriptors.length);
        try {
            return result((long) Calls.SENDMSG.invokeExact(captured, fd, memory.address(), MSG_NOSIGNAL));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Receives bytes, and descriptors that were sent with them; those are closed on exec and belong to the caller.
     *
     * @param fd          connected socket
     * @param to          native memory
     * @param offset      where in it
     * @param length      bytes at most
     * @param descriptors filled with what arrived, the rest with -1; more than fit are closed
     * @return bytes received, 0 at the end, or negative errno
     */
    public long receive(int fd, MemorySegment to, long offset, long length, int[] descriptors) {
        message(to.address() + offset, length, CONTROL_BYTES);
        memory.set(LONG, CONTROL, 0);
        Arrays.fill(descriptors, -1);
        long received;
        try {
            received = result((long) Calls.RECVMSG.invokeExact(captured, fd, memory.address(), MSG_CMSG_CLOEXEC));
        } catch (Throwable t) {
            throw unexpected(t);
        }
        if (received >= 0 && memory.get(LONG, MSG_CONTROLLEN) >= 16 && memory.get(INT, CMSG_LEVEL) == SOL_SOCKET
            && memory.get(INT, CMSG_TYPE) == SCM_RIGHTS) {
            take((int) (memory.get(LONG, CONTROL) - 16) / 4, descriptors);
        }
        return received;
    }

    /**
     * Receives what is there, without waiting and without descriptors.
     *
     * @param fd connected socket
     * @param to native memory to fill
     * @return bytes received, 0 at the end, or negative errno, {@link Linux#EAGAIN} if nothing is there
     */
    public long receiveNow(int fd, MemorySegment to) {
        return sockets.receive(fd, to.address(), to.byteSize(), Sockets.MSG_DONTWAIT);
    }

    /**
     * Lets the other end see the end of the stream. Any thread.
     *
     * @param fd connected socket
     */
    public static void end(int fd) {
        try {
            int ignored = (int) Calls.SHUTDOWN.invokeExact(fd, SHUT_WR); // fails only if the other end is gone
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private void take(int count, int[] descriptors) {
        for (int i = 0; i < count; i++) {
            int descriptor = memory.get(INT, CMSG_DATA + 4L * i);
            if (i < descriptors.length) {
                descriptors[i] = descriptor;
            } else {
                Linux.close(descriptor);
            }
        }
    }

    private void message(long address, long length, long controlLength) {
        memory.fill((byte) 0);
        memory.set(LONG, MSG_IOV, memory.address() + IOV);
        memory.set(LONG, MSG_IOVLEN, 1);
        memory.set(LONG, MSG_CONTROL, controlLength == 0 ? 0 : memory.address() + CONTROL);
        memory.set(LONG, MSG_CONTROLLEN, controlLength);
        memory.set(LONG, IOV, address);
        memory.set(LONG, IOV + 8, length);
    }

    private int address(Path path) {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= PATH_BYTES) {
            throw new IllegalArgumentException("the path of a Unix socket has at most " + (PATH_BYTES - 1) + " bytes, '"
                + path + "' has " + bytes.length);
        }
        memory.fill((byte) 0);
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, PATH, bytes.length);
        return PATH + bytes.length + 1;
    }

    private int call(MethodHandle handle, int fd, int argument) {
        try {
            return result((int) handle.invokeExact(captured, fd, argument));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int closeOn(int error, int fd) {
        if (error < 0) {
            Linux.close(fd);
            return error;
        }
        return fd;
    }

    /** Looked up only after the constructor has found the machine supported. */
    private static final class Calls {
        static final MethodHandle LISTEN = handle("listen", INT, INT, INT);
        static final MethodHandle CONNECT = handle("connect", INT, INT, LONG, INT);
        static final MethodHandle ACCEPT4 = handle("accept4", INT, INT, LONG, LONG, INT);
        static final MethodHandle GETSOCKOPT = handle("getsockopt", INT, INT, INT, INT, LONG, LONG);
        static final MethodHandle SHUTDOWN = plain("shutdown", INT, INT, INT);
        static final MethodHandle SENDMSG = handle("sendmsg", LONG, INT, LONG, INT);
        static final MethodHandle RECVMSG = handle("recvmsg", LONG, INT, LONG, INT);
    }
}
