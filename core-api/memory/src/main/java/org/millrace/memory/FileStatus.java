package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What statx(2) says of an open file, so of that which will be used and not of what has its name by now.
 *
 * @param user           id of its owner
 * @param mode           type and permissions, as in {@code st_mode}
 * @param links          names that it has
 * @param sizeBytes      its length
 * @param allocatedBytes what is stored of it: of a memfd the pages that were touched and not given back
 */
public record FileStatus(int user, int mode, int links, long sizeBytes, long allocatedBytes) {
    private static final int TYPE = 0xf000;
    private static final int REGULAR = 0x8000;
    private static final int FIFO = 0x1000;
    private static final int PERMISSIONS = 0xfff;
    private static final int BLOCK_BYTES = 512;

    /**
     * {@return the status of an open file}
     *
     * @param descriptor of the file
     * @throws NativeException if the system refuses
     */
    public static FileStatus of(int descriptor) {
        return new Call().status(descriptor);
    }

    /** {@return whether it is a regular file} */
    public boolean isRegular() {
        return (mode & TYPE) == REGULAR;
    }

    /** {@return whether it is a FIFO} */
    public boolean isFifo() {
        return (mode & TYPE) == FIFO;
    }

    /** {@return the twelve bits of its permissions} */
    public int permissions() {
        return mode & PERMISSIONS;
    }

    /**
     * <pre>
     * struct statx: 0 u32 mask  4 u32 block size  8 u64 attributes  16 u32 links  20 u32 user  24 u32 group
     *              28 u16 mode  32 u64 inode     40 u64 size       48 u64 blocks of 512 bytes   ... 256
     * </pre>
     */
    private static final class Call extends NativeCalls {
        private static final MethodHandle STATX = handle("statx", INT, INT, LONG, INT, INT, LONG);
        private static final int AT_EMPTY_PATH = 0x1000;
        private static final int BASIC_STATS = 0x7ff;

        private FileStatus status(int descriptor) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment found = arena.allocate(256, 8);
                check(result((int) STATX.invokeExact(captured, descriptor, arena.allocateFrom("").address(),
                    AT_EMPTY_PATH, BASIC_STATS, found.address())), "statx");
                return new FileStatus(found.get(INT, 20), found.get(INT, 28) & 0xffff, found.get(INT, 16),
                    found.get(LONG, 40), found.get(LONG, 48) * BLOCK_BYTES);
            } catch (NativeException e) {
                throw e;
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }
    }
}
