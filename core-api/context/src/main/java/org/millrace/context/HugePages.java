package org.millrace.context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which pages a context's memory is made of. Huge pages save TLB misses; but the first byte touched of a connection's
 * buffers costs a whole page, and only whole pages can be returned: for many idle connections normal pages are better.
 */
public enum HugePages {
    /** Normal pages. */
    OFF,
    /** Huge pages where the system has them ready ({@code transparent_hugepage/shmem_enabled}), else normal ones. */
    TRANSPARENT,
    /** Reserved huge pages ({@code vm.nr_hugepages}), taken for the whole context at once; else normal ones. */
    RESERVED;

    private static final Path SHMEM = Path.of("/sys/kernel/mm/transparent_hugepage/shmem_enabled");

    /** {@return why the system gives no transparent huge pages to shared memory, or null if it does} */
    static String transparentRefusal() {
        try {
            String modes = Files.readString(SHMEM).strip();
            boolean off = modes.contains("[never]") || modes.contains("[deny]");
            return off ? SHMEM + " says " + modes : null;
        } catch (IOException e) {
            return "no " + SHMEM;
        }
    }

    /** {@return the size of a reserved huge page, bytes, or 0 if the system has none} */
    static long reservedBytes() {
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("Hugepagesize:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
