package org.millrace.context;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import net.openhft.chronicle.bytes.MappedBytesStore;
import net.openhft.chronicle.bytes.MappedFile;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import net.openhft.chronicle.core.io.IORuntimeException;
import net.openhft.chronicle.core.io.ReferenceOwner;
import org.millrace.memory.Linux;
import org.millrace.memory.NativeException;
import org.millrace.memory.SealedMemory;
import org.millrace.memory.SharedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of one context: a memfd sealed against shrinking and growing, mapped by Chronicle through its descriptor.
 * One mapping and two descriptors a context whatever its size, so that 256 contexts stay far below the system's
 * default {@code vm.max_map_count}. Fresh memory reads 0 and costs a page only where it is touched.
 *
 * <p>Any thread may use the memory; close it when no thread does: after that, access throws.
 */
@SuppressWarnings("restricted")
public final class ContextMemory implements SharedMemory {
    private static final Logger LOG = LoggerFactory.getLogger(ContextMemory.class);
    private static final int MADV_HUGEPAGE = 14;
    // A fallback is the machine's state, not the context's: said once, not 256 times.
    private static final AtomicBoolean FELL_BACK = new AtomicBoolean();

    static {
        Chronicle.prepare();
    }

    private final Linux linux = new Linux();
    private final Arena arena = Arena.ofShared();
    private final ReferenceOwner owner = ReferenceOwner.temporary("context");
    private final int descriptor;
    private final long pageBytes;
    private final MappedFile file;
    private final MappedBytesStore store;
    private final MemorySegment segment;

    private ContextMemory(int descriptor, long sizeBytes, long pageBytes) throws IOException {
        this.descriptor = descriptor;
        this.pageBytes = pageBytes;
        file = MappedFile.ofSingle(new File("/proc/self/fd/" + descriptor), sizeBytes, false);
        store = file.acquireByteStore(owner, 0);
        segment = MemorySegment.ofAddress(store.addressForRead(0)).reinterpret(sizeBytes, arena, null);
    }

    /**
     * Creates the memory of a context.
     *
     * @param name      for {@code /proc}
     * @param sizeBytes at least; rounded up to whole pages
     * @param pages     which pages are wanted; if the system has none of them, one line says so and normal ones are taken
     * @return the memory
     * @throws NativeException      if the system refuses
     * @throws UncheckedIOException if Chronicle cannot map it
     */
    public static ContextMemory create(String name, long sizeBytes, HugePages pages) {
        if (pages == HugePages.RESERVED) {
            try {
                return map(name, sizeBytes, reservedPage(), true);
            } catch (NativeException | UncheckedIOException | IORuntimeException none) {
                fallBack("no reserved huge pages for " + sizeBytes + " bytes (see vm.nr_hugepages): "
                    + none.getMessage());
            }
        }
        ContextMemory memory = map(name, sizeBytes, Linux.pageSize(), false);
        if (pages == HugePages.TRANSPARENT) {
            memory.adviseHuge();
        }
        return memory;
    }

    private static ContextMemory map(String name, long sizeBytes, long pageBytes, boolean huge) {
        long rounded = Math.ceilDiv(sizeBytes, pageBytes) * pageBytes;
        int descriptor = SealedMemory.create(name, rounded, huge);
        boolean mapped = false;
        try {
            ContextMemory memory = new ContextMemory(descriptor, rounded, pageBytes);
            mapped = true;
            return memory;
        } catch (IOException e) {
            throw new UncheckedIOException("mapping a context of " + rounded + " bytes: " + e.getMessage(), e);
        } finally {
            if (!mapped) {
                Linux.close(descriptor);
            }
        }
    }

    private static long reservedPage() {
        long bytes = HugePages.reservedBytes();
        return bytes == 0 ? Linux.pageSize() : bytes;
    }

    private void adviseHuge() {
        String refusal = HugePages.transparentRefusal();
        int advised = linux.advise(segment.address(), segment.byteSize(), MADV_HUGEPAGE);
        if (refusal != null) {
            fallBack("no transparent huge pages: " + refusal);
        } else if (advised < 0) {
            fallBack("no transparent huge pages: " + Linux.text(-advised));
        }
    }

    private static void fallBack(String why) {
        if (FELL_BACK.compareAndSet(false, true)) {
            LOG.warn("contexts use normal pages: {}", why);
        }
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
        long end = Math.floorDiv(offset + length, pageBytes) * pageBytes;
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
            store.release(owner);
            store.releaseLast(file); // a single mapping's file keeps its reservation otherwise, and the mapping with it
            file.releaseLast();
            BackgroundResourceReleaser.releasePendingResources();
            Linux.close(descriptor);
        }
    }
}
