package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;

/**
 * Makes memfds whose size nobody can change, in normal or in huge pages. For who maps them by other means than
 * {@link MappedRegion}. Any thread.
 */
public final class SealedMemory extends NativeCalls {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_HUGETLB = 4;

    private SealedMemory() {
    }

    /**
     * Creates sealed memory.
     *
     * @param name      for {@code /proc}
     * @param sizeBytes its size, a multiple of the page size that is meant
     * @param hugePages whether it takes the pages that the administrator has reserved ({@code vm.nr_hugepages})
     * @return the descriptor, close on exec
     * @throws NativeException if the system refuses
     */
    public static int create(String name, long sizeBytes, boolean hugePages) {
        Linux linux = new Linux();
        int fd = (int) check(new SealedMemory().memfd(name, hugePages), "memfd_create");
        int truncated = linux.truncate(fd, sizeBytes);
        int sealed = truncated < 0 ? truncated : linux.sealSize(fd);
        if (sealed < 0) {
            Linux.close(fd);
            check(sealed, "sizing shared memory of " + sizeBytes + " bytes");
        }
        return fd;
    }

    private int memfd(String name, boolean hugePages) {
        int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | (hugePages ? MFD_HUGETLB : 0);
        try (Arena arena = Arena.ofConfined()) {
            return result((int) Calls.MEMFD_CREATE.invokeExact(captured, arena.allocateFrom(name).address(), flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Looked up only after the constructor has found the machine supported. */
    private static final class Calls {
        static final MethodHandle MEMFD_CREATE = handle("memfd_create", INT, LONG, INT);
    }
}
