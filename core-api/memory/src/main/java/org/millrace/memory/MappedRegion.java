package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory that several processes map. A created region is a memfd that nobody can shrink or grow, so that no process
 * that holds it can take a page from under another (touching a page behind the end of a file kills the thread). Fresh
 * memory reads 0 and costs no page until it is touched.
 *
 * <p>Any thread may use the memory; close it when no thread does: after that, access throws.
 */
@SuppressWarnings("restricted")
public final class MappedRegion implements SharedMemory {
    private final Linux linux = new Linux();
    private final Arena arena = Arena.ofShared();
    private final int pageBytes = Linux.pageSize();
    private final int descriptor;
    private final MemorySegment segment;

    private MappedRegion(int descriptor, long sizeBytes) {
        this.descriptor = descriptor;
        long address = linux.map(descriptor, 0, sizeBytes);
        if (address < 0) {
            Linux.close(descriptor);
            Linux.check(address, "mmap of " + sizeBytes + " bytes");
        }
        segment = MemorySegment.ofAddress(address)
                .reinterpret(sizeBytes, arena, mapping -> Linux.unmap(mapping.address(), sizeBytes));
    }

    /**
     * Creates a region.
     *
     * @param name      for {@code /proc}
     * @param sizeBytes at least; rounded up to whole pages
     * @return the region
     * @throws NativeException if the system refuses
     */
    public static MappedRegion create(String name, long sizeBytes) {
        Linux linux = new Linux();
        long page = Linux.pageSize();
        long rounded = Math.ceilDiv(sizeBytes, page) * page;
        int fd = (int) Linux.check(linux.memfdCreate(name), "memfd_create");
        int truncated = linux.truncate(fd, rounded);
        int sealed = truncated < 0 ? truncated : linux.sealSize(fd);
        if (sealed < 0) {
            Linux.close(fd);
            Linux.check(sealed, "sizing a region of " + rounded + " bytes");
        }
        return new MappedRegion(fd, rounded);
    }

    /**
     * {@return memory of this process that is given back when nobody refers to it; as of a region, it costs no page until touched}
     *
     * @param name      for {@code /proc}
     * @param sizeBytes at least; rounded up to whole pages
     * @throws NativeException if the system refuses
     */
    public static MemorySegment reserve(String name, long sizeBytes) {
        Linux linux = new Linux();
        long rounded = Math.ceilDiv(sizeBytes, (long) Linux.pageSize()) * Linux.pageSize();
        int fd = (int) Linux.check(linux.memfdCreate(name), "memfd_create");
        int truncated = linux.truncate(fd, rounded);
        long address = truncated < 0 ? truncated : linux.map(fd, 0, rounded);
        Linux.close(fd);
        Linux.check(address, "reserving " + rounded + " bytes");
        return MemorySegment.ofAddress(address)
                .reinterpret(rounded, Arena.ofAuto(), mapping -> Linux.unmap(mapping.address(), rounded));
    }

    /**
     * Maps a region or file that another process created.
     *
     * @param descriptor of it; the region closes it
     * @param sizeBytes  how much of it
     * @return the region
     * @throws NativeException          if the system refuses
     * @throws IllegalArgumentException if it is smaller; the descriptor is closed then
     */
    public static MappedRegion attach(int descriptor, long sizeBytes) {
        long length = Linux.check(new Linux().fileLength(descriptor), "lseek in a region");
        if (length < sizeBytes) {
            Linux.close(descriptor);
            throw new IllegalArgumentException("the region has " + length + " bytes, expected " + sizeBytes);
        }
        return new MappedRegion(descriptor, sizeBytes);
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public int descriptor() {
        return descriptor;
    }

    /** {@return the size, bytes} */
    public long sizeBytes() {
        return segment.byteSize();
    }

    @Override
    public long release(long offset, long length) {
        long start = Math.ceilDiv(offset, pageBytes) * pageBytes;
        long end = Math.floorDiv(offset + length, (long) pageBytes) * pageBytes;
        if (start < 0 || end > sizeBytes()) {
            throw new IndexOutOfBoundsException("release of " + offset + "+" + length + " in " + sizeBytes());
        }
        if (end <= start) {
            return 0;
        }
        int result = linux.advise(segment.address() + start, end - start, Linux.MADV_REMOVE);
        return result < 0 ? result : end - start;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            Linux.close(descriptor);
        }
    }
}
