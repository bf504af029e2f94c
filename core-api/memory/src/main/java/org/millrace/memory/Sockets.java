package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls on sockets. Every method returns the call's result, or the negative errno. Pointers are addresses,
 * lengths are bytes.
 *
 * <p>Owned by: one thread.
 */
public final class Sockets extends NativeCalls {
    /** send(2), recv(2): never block. */
    public static final int MSG_DONTWAIT = 0x40;
    /** No buffer space: the transmit queue is full. */
    public static final int ENOBUFS = 105;
    /** No such device. */
    public static final int ENODEV = 19;
    /** The interface is down. */
    public static final int ENETDOWN = 100;

    /**
     * Makes an instance for one thread.
     *
     * @throws UnsupportedOperationException on a system or processor without a table of constants
     */
    public Sockets() {
    }

    /**
     * socket(2).
     *
     * @param domain   address family
     * @param type     with flags
     * @param protocol as the family has it
     * @return descriptor or negative errno
     */
    public int socket(int domain, int type, int protocol) {
        try {
            return result((int) Calls.SOCKET.invokeExact(captured, domain, type, protocol));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * bind(2).
     *
     * @param fd      socket
     * @param address of the {@code struct sockaddr}
     * @param length  of it
     * @return 0 or negative errno
     */
    public int bind(int fd, long address, int length) {
        try {
            return result((int) Calls.BIND.invokeExact(captured, fd, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * setsockopt(2).
     *
     * @param fd      socket
     * @param level   protocol
     * @param name    option
     * @param address of the value
     * @param length  of the value
     * @return 0 or negative errno
     */
    public int setOption(int fd, int level, int name, long address, int length) {
        try {
            return result((int) Calls.SETSOCKOPT.invokeExact(captured, fd, level, name, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * setsockopt(2) with an {@code int} value.
     *
     * @param fd    socket
     * @param level protocol
     * @param name  option
     * @param value its value
     * @return 0 or negative errno
     */
    public int setOption(int fd, int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(INT, value);
            return setOption(fd, level, name, memory.address(), 4);
        }
    }

    /**
     * getsockopt(2) where the error does not matter. Allocates nothing.
     *
     * @param fd            socket
     * @param level         protocol
     * @param name          option
     * @param address       where to put the value
     * @param lengthAddress of the 32-bit length: room before, size after
     * @return 0 or -1
     */
    public static int optionQuietly(int fd, int level, int name, long address, long lengthAddress) {
        try {
            return (int) Calls.GETSOCKOPT_QUIETLY.invokeExact(fd, level, name, address, lengthAddress);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * ioctl(2) with a pointer.
     *
     * @param fd      descriptor
     * @param request what
     * @param address of its argument
     * @return its result or negative errno
     */
    public int ioctl(int fd, long request, long address) {
        try {
            return result((int) Calls.IOCTL.invokeExact(captured, fd, request, address));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * sendmmsg(2). Allocates nothing unless it fails, when it is tried once more for the errno.
     *
     * @param fd       socket
     * @param messages address of the {@code struct mmsghdr} array
     * @param count    how many
     * @param flags    {@link #MSG_DONTWAIT} or 0
     * @return number of messages sent, or negative errno if the first could not be
     */
    public int sendMany(int fd, long messages, int count, int flags) {
        try {
            int sent = (int) Calls.SENDMMSG_QUIETLY.invokeExact(fd, messages, count, flags);
            return sent >= 0 ? sent : result((int) Calls.SENDMMSG.invokeExact(captured, fd, messages, count, flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * send(2).
     *
     * @param fd      socket
     * @param address from where
     * @param length  how much
     * @param flags   {@link #MSG_DONTWAIT} or 0
     * @return bytes or negative errno
     */
    public long send(int fd, long address, long length, int flags) {
        try {
            return result((long) Calls.SEND.invokeExact(captured, fd, address, length, flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * recv(2).
     *
     * @param fd      socket
     * @param address to where
     * @param length  at most
     * @param flags   {@link #MSG_DONTWAIT} or 0
     * @return bytes or negative errno
     */
    public long receive(int fd, long address, long length, int flags) {
        try {
            return result((long) Calls.RECV.invokeExact(captured, fd, address, length, flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * recvmsg(2) where the error does not matter. Allocates nothing.
     *
     * @param fd      socket
     * @param message address of the {@code struct msghdr}
     * @param flags   {@link #MSG_DONTWAIT} or 0
     * @return bytes or -1
     */
    public static long receiveQuietly(int fd, long message, int flags) {
        try {
            return (long) Calls.RECVMSG_QUIETLY.invokeExact(fd, message, flags);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * if_nametoindex(3).
     *
     * @param name of a network interface
     * @return its index, or 0 if there is none of this name
     */
    public int interfaceIndex(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Calls.IF_NAMETOINDEX.invokeExact(arena.allocateFrom(name).address());
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Looked up only after the constructor has found the machine supported. */
    private static final class Calls {
        static final MethodHandle SOCKET = handle("socket", INT, INT, INT, INT);
        static final MethodHandle BIND = handle("bind", INT, INT, LONG, INT);
        static final MethodHandle SETSOCKOPT = handle("setsockopt", INT, INT, INT, INT, LONG, INT);
        static final MethodHandle GETSOCKOPT_QUIETLY = plain("getsockopt", INT, INT, INT, INT, LONG, LONG);
        static final MethodHandle IOCTL = variadic(2, "ioctl", INT, INT, LONG, LONG);
        static final MethodHandle SENDMMSG_QUIETLY = plain("sendmmsg", INT, INT, LONG, INT, INT);
        static final MethodHandle SENDMMSG = handle("sendmmsg", INT, INT, LONG, INT, INT);
        static final MethodHandle SEND = handle("send", LONG, INT, LONG, LONG, INT);
        static final MethodHandle RECV = handle("recv", LONG, INT, LONG, LONG, INT);
        static final MethodHandle RECVMSG_QUIETLY = plain("recvmsg", LONG, INT, LONG, INT);
        static final MethodHandle IF_NAMETOINDEX = plain("if_nametoindex", INT, LONG);
    }
}
