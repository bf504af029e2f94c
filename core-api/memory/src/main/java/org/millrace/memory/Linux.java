package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/**
 * System calls on memory, files, time and waiting. Every method returns the call's result, or the negative errno;
 * {@link #check} turns the latter into a {@link NativeException} where failure is not part of normal operation.
 * Pointers are addresses, lengths are bytes. Static methods report no errno and may be called by any thread.
 *
 * <p>To capture errno costs an allocation of 40 bytes a call in JDK 25, so what runs per batch does not.
 *
 * <p>Owned by: one thread.
 */
public final class Linux extends NativeCalls {
    /** Interrupted by a signal. */
    public static final int EINTR = 4;
    /** No such file. */
    public static final int ENOENT = 2;
    /** Not permitted. */
    public static final int EPERM = 1;
    /** Not permitted by the file's mode. */
    public static final int EACCES = 13;
    /** It exists. */
    public static final int EEXIST = 17;
    /** Would block. */
    public static final int EAGAIN = 11;

    /** open(2): for reading and writing. */
    public static final int O_RDWR = 2;
    /** open(2): create. */
    public static final int O_CREAT = 0x40;
    /** open(2): never block. */
    public static final int O_NONBLOCK = 0x800;
    /** open(2): close on exec. */
    public static final int O_CLOEXEC = 0x80000;

    /** madvise(2): free the range's pages and what is stored behind them. */
    public static final int MADV_REMOVE = 9;
    /** madvise(2): free the range's pages of this mapping. */
    public static final int MADV_DONTNEED = 4;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int SEEK_END = 2;
    private static final int MFD_CLOEXEC_ALLOW_SEALING = 3;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL_SHRINK_GROW = 7;
    private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final long FUTEX_WAIT = 0;
    private static final long FUTEX_WAKE = 1;
    private static final int CLONE_NEWNET = 0x40000000;
    /** The same number on every architecture, as that of all later calls. */
    private static final long FUTEX_WAITV_CALL = 449;
    private static final int EINVAL = 22;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_THREAD_CPUTIME_ID = 3;
    private static final int AFFINITY_BYTES = 1024; // 8192 processors, as many as Linux can be built for

    private final long timespec;
    private final MemorySegment timespecMemory;

    /**
     * Makes an instance for one thread.
     *
     * @throws UnsupportedOperationException on a system or processor without a table of constants
     */
    public Linux() {
        timespecMemory = Arena.ofAuto().allocate(16, 8);
        timespec = timespecMemory.address();
    }

    /**
     * memfd_create(2), close on exec, sealing allowed.
     *
     * @param name for {@code /proc}
     * @return descriptor or negative errno
     */
    public int memfdCreate(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) Calls.MEMFD_CREATE.invokeExact(captured, arena.allocateFrom(name).address(),
                    MFD_CLOEXEC_ALLOW_SEALING));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Seals a memfd against shrinking, growing and further seals.
     *
     * @param fd the memfd
     * @return 0 or negative errno
     */
    public int sealSize(int fd) {
        try {
            return result((int) Calls.FCNTL.invokeExact(captured, fd, F_ADD_SEALS, F_SEAL_SEAL_SHRINK_GROW));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * ftruncate(2).
     *
     * @param fd     file
     * @param length new length
     * @return 0 or negative errno
     */
    public int truncate(int fd, long length) {
        try {
            return result((int) Calls.FTRUNCATE.invokeExact(captured, fd, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * {@return the length of a file, or negative errno}
     *
     * @param fd file
     */
    public long fileLength(int fd) {
        try {
            return result((long) Calls.LSEEK.invokeExact(captured, fd, 0L, SEEK_END));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * mmap(2), shared, for reading and writing, anywhere.
     *
     * @param fd     what to map
     * @param offset from where
     * @param length how much
     * @return address or negative errno
     */
    public long map(int fd, long offset, long length) {
        try {
            return result((long) Calls.MMAP.invokeExact(captured, 0L, length, PROT_READ_WRITE, MAP_SHARED, fd, offset));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * munmap(2).
     *
     * @param address of the mapping
     * @param length  of the mapping
     * @return 0, or -1 if it failed
     */
    public static int unmap(long address, long length) {
        try {
            return (int) Calls.MUNMAP.invokeExact(address, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * madvise(2).
     *
     * @param address page-aligned
     * @param length  bytes
     * @param advice  {@link #MADV_REMOVE} or {@link #MADV_DONTNEED}
     * @return 0 or negative errno
     */
    public int advise(long address, long length, int advice) {
        try {
            return result((int) Calls.MADVISE.invokeExact(captured, address, length, advice));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@return the size of a page} */
    public static int pageSize() {
        try {
            return (int) Calls.GETPAGESIZE.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * eventfd(2), not blocking, close on exec, counter 0.
     *
     * @return descriptor or negative errno
     */
    public int eventFd() {
        try {
            return result((int) Calls.EVENTFD.invokeExact(captured, 0, EFD_CLOEXEC_NONBLOCK));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * open(2).
     *
     * @param path  file
     * @param flags {@link #O_RDWR} and others
     * @param mode  of a file that is created
     * @return descriptor or negative errno
     */
    public int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) Calls.OPEN.invokeExact(captured, arena.allocateFrom(path).address(), flags, mode));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * mkfifo(3).
     *
     * @param path file
     * @param mode its mode
     * @return 0 or negative errno
     */
    public int makeFifo(String path, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) Calls.MKFIFO.invokeExact(captured, arena.allocateFrom(path).address(), mode));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * close(2).
     *
     * @param fd what to close
     * @return 0, or -1 if it failed
     */
    public static int close(int fd) {
        try {
            return (int) Calls.CLOSE.invokeExact(fd);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * read(2).
     *
     * @param fd      from where
     * @param address to where
     * @param length  at most
     * @return bytes or negative errno
     */
    public long read(int fd, long address, long length) {
        try {
            return result((long) Calls.READ.invokeExact(captured, fd, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * write(2).
     *
     * @param fd      to where
     * @param address from where
     * @param length  at most
     * @return bytes or negative errno
     */
    public long write(int fd, long address, long length) {
        try {
            return result((long) Calls.WRITE.invokeExact(captured, fd, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * read(2) where the error does not matter, as in silencing a doorbell that does not ring. Allocates nothing.
     *
     * @param fd      from where
     * @param address to where
     * @param length  at most
     * @return bytes, or -1
     */
    public static long readQuietly(int fd, long address, long length) {
        try {
            return (long) Calls.READ_QUIETLY.invokeExact(fd, address, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * write(2) where the error does not matter, as in ringing a doorbell that already rings. Allocates nothing.
     *
     * @param fd      to where
     * @param address from where
     * @param length  bytes
     * @return bytes, or -1
     */
    public static long writeQuietly(int fd, long address, long length) {
        try {
            return (long) Calls.WRITE_QUIETLY.invokeExact(fd, address, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * ppoll(2) without a signal mask. Allocates nothing unless it fails.
     *
     * @param pollfds   address of the {@code struct pollfd} array
     * @param count     how many
     * @param timeoutNs relative; negative: none
     * @return number of ready descriptors; 0 also when interrupted by a signal; or negative errno
     */
    public int poll(long pollfds, int count, long timeoutNs) {
        try {
            int ready = (int) Calls.PPOLL_QUIETLY.invokeExact(pollfds, (long) count, timespec(timeoutNs), 0L);
            if (ready >= 0) {
                return ready;
            }
            ready = result((int) Calls.PPOLL.invokeExact(captured, pollfds, (long) count, timespec(0), 0L));
            return ready == -EINTR ? 0 : ready;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * futex(2) FUTEX_WAIT without the private flag: works between processes. Allocates nothing.
     *
     * @param address   of the 32-bit word
     * @param expected  sleep only if the word holds this
     * @param timeoutNs relative; negative: none
     * @return 0 if woken, or -1: the word had changed, the time is over, or a signal came
     */
    public int futexWait(long address, int expected, long timeoutNs) {
        try {
            return (int) (long) Calls.FUTEX_WAIT.invokeExact((long) constants.futexCall(), address, FUTEX_WAIT,
                    (long) expected, timespec(timeoutNs));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@return whether futex_waitv(2) is there and allowed: it finds fault with what it is asked} */
    boolean hasFutexWaitv() {
        try {
            return result((long) Calls.FUTEX_WAITV_CAPTURED.invokeExact(captured, FUTEX_WAITV_CALL, 0L, 0L, 0L, 0L,
                    (long) CLOCK_MONOTONIC)) == -EINVAL;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * futex_waitv(2). Allocates nothing.
     *
     * @param waiters   address of the {@code struct futex_waitv} array
     * @param count     how many
     * @param timeoutNs relative; negative: none
     * @return index of one that was woken, or -1: a word had changed, the time is over, or a signal came
     */
    public int futexWaitv(long waiters, int count, long timeoutNs) {
        try {
            return (int) (long) Calls.FUTEX_WAITV.invokeExact(FUTEX_WAITV_CALL, waiters, (long) count, 0L,
                    timeoutNs < 0 ? 0L : timespec(clockNs(CLOCK_MONOTONIC) + timeoutNs), (long) CLOCK_MONOTONIC);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * futex(2) FUTEX_WAKE without the private flag.
     *
     * @param address of the 32-bit word
     * @param waiters how many to wake at most
     * @return how many were woken, or -1
     */
    public static int futexWake(long address, int waiters) {
        try {
            return (int) (long) Calls.FUTEX_WAKE.invokeExact((long) NativeConstants.current().futexCall(), address,
                    FUTEX_WAKE, (long) waiters);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@return the CPU time of the calling thread, ns} */
    public long threadCpuNs() {
        return clockNs(CLOCK_THREAD_CPUTIME_ID);
    }

    private long clockNs(int clock) {
        try {
            int result = (int) Calls.CLOCK_GETTIME.invokeExact(clock, timespec);
            assert result == 0;
        } catch (Throwable t) {
            throw unexpected(t);
        }
        return timespecMemory.get(LONG, 0) * 1_000_000_000L + timespecMemory.get(LONG, 8);
    }

    /**
     * sched_setaffinity(2) of the calling thread.
     *
     * @param cpus numbers of the processors that it may run on from now on
     * @return 0 or negative errno: EINVAL if the process may run on none of them
     */
    public int setAffinity(BitSet cpus) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(AFFINITY_BYTES, 8);
            MemorySegment.copy(MemorySegment.ofArray(cpus.toByteArray()), 0, mask, 0, (cpus.length() + 7) / 8);
            return result((int) Calls.SET_AFFINITY.invokeExact(captured, 0, (long) AFFINITY_BYTES, mask.address()));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@return the processors that the calling thread may run on: sched_getaffinity(2)} */
    public BitSet affinity() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(AFFINITY_BYTES, 8);
            check(result((int) Calls.GET_AFFINITY.invokeExact(captured, 0, (long) AFFINITY_BYTES, mask.address())),
                    "sched_getaffinity");
            return BitSet.valueOf(mask.asByteBuffer());
        } catch (NativeException refused) {
            throw refused;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@return the real user id of the process} */
    public static int userId() {
        try {
            return (int) Calls.GETUID.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * unshare(2): puts the calling thread, and what it starts, into a network of its own that has no interface but a loopback. It needs
     * CAP_SYS_ADMIN, as in a user namespace of one's own.
     *
     * @return 0 or negative errno
     */
    public int unshareNetwork() {
        try {
            return result((int) Calls.UNSHARE.invokeExact(captured, CLONE_NEWNET));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@return the address of a {@code struct timespec}, or the null pointer, no limit, for a negative time: a deadline that no long holds is one} */
    private long timespec(long ns) {
        if (ns < 0) {
            return 0;
        }
        timespecMemory.set(LONG, 0, ns / 1_000_000_000L);
        timespecMemory.set(LONG, 8, ns % 1_000_000_000L);
        return timespec;
    }

    /** Looked up only after the constructor has found the machine supported. */
    private static final class Calls {
        static final MethodHandle MEMFD_CREATE = handle("memfd_create", INT, LONG, INT);
        static final MethodHandle FCNTL = variadic(2, "fcntl", INT, INT, INT, INT);
        static final MethodHandle FTRUNCATE = handle("ftruncate", INT, INT, LONG);
        static final MethodHandle LSEEK = handle("lseek", LONG, INT, LONG, INT);
        static final MethodHandle MMAP = handle("mmap", LONG, LONG, LONG, INT, INT, INT, LONG);
        static final MethodHandle MUNMAP = plain("munmap", INT, LONG, LONG);
        static final MethodHandle MADVISE = handle("madvise", INT, LONG, LONG, INT);
        static final MethodHandle GETPAGESIZE = plain("getpagesize", INT);
        static final MethodHandle EVENTFD = handle("eventfd", INT, INT, INT);
        static final MethodHandle OPEN = variadic(2, "open", INT, LONG, INT, INT);
        static final MethodHandle MKFIFO = handle("mkfifo", INT, LONG, INT);
        static final MethodHandle CLOSE = plain("close", INT, INT);
        static final MethodHandle READ = handle("read", LONG, INT, LONG, LONG);
        static final MethodHandle WRITE = handle("write", LONG, INT, LONG, LONG);
        static final MethodHandle READ_QUIETLY = plain("read", LONG, INT, LONG, LONG);
        static final MethodHandle WRITE_QUIETLY = plain("write", LONG, INT, LONG, LONG);
        static final MethodHandle PPOLL_QUIETLY = plain("ppoll", INT, LONG, LONG, LONG, LONG);
        static final MethodHandle PPOLL = handle("ppoll", INT, LONG, LONG, LONG, LONG);
        static final MethodHandle FUTEX_WAIT = link("syscall", LONG,
                new MemoryLayout[] {LONG, LONG, LONG, LONG, LONG}, Linker.Option.firstVariadicArg(1));
        static final MethodHandle FUTEX_WAKE = link("syscall", LONG, new MemoryLayout[] {LONG, LONG, LONG, LONG},
                Linker.Option.firstVariadicArg(1));
        static final MethodHandle FUTEX_WAITV = link("syscall", LONG, new MemoryLayout[] {LONG, LONG, LONG, LONG, LONG, LONG},
                Linker.Option.firstVariadicArg(1));
        static final MethodHandle FUTEX_WAITV_CAPTURED = variadic(1, "syscall", LONG, LONG, LONG, LONG, LONG, LONG, LONG);
        static final MethodHandle CLOCK_GETTIME = plain("clock_gettime", INT, INT, LONG);
        static final MethodHandle GETUID = plain("getuid", INT);
        static final MethodHandle SET_AFFINITY = handle("sched_setaffinity", INT, INT, LONG, LONG);
        static final MethodHandle GET_AFFINITY = handle("sched_getaffinity", INT, INT, LONG, LONG);
        static final MethodHandle UNSHARE = handle("unshare", INT, INT);
    }
}
