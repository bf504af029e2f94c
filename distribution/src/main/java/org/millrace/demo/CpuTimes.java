package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time. Linux counts in ticks of 10 ms (USER_HZ, the same on every architecture), proc(5).
 *
 * @param userMs   in user mode, milliseconds
 * @param systemMs in the kernel, milliseconds, interrupts included
 */
record CpuTimes(long userMs, long systemMs) {
    static final CpuTimes NONE = new CpuTimes(0, 0);

    private static final long TICK_MS = 10;

    /** {@return what a process has used; none if it is gone} */
    static CpuTimes ofProcess(long pid) {
        return ofStat("/proc/" + pid + "/stat", 13);
    }

    /** {@return what children of this process have used that have ended and been waited for} */
    static CpuTimes ofEndedChildren() {
        return ofStat("/proc/self/stat", 15);
    }

    /** {@return what the machine has used: nice counts as user} */
    static CpuTimes ofMachine() {
        String[] fields = line("/proc/stat").split(" +");
        return new CpuTimes(ticks(fields, 1) + ticks(fields, 2), ticks(fields, 3) + ticks(fields, 6)
            + ticks(fields, 7));
    }

    /** The second field is the command in parentheses and may hold anything, so fields count from behind it. */
    private static CpuTimes ofStat(String file, int userField) {
        String line = line(file);
        if (line.isEmpty()) {
            return NONE;
        }
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return new CpuTimes(ticks(fields, userField - 2), ticks(fields, userField - 1));
    }

    private static long ticks(String[] fields, int index) {
        return Long.parseLong(fields[index]) * TICK_MS;
    }

    private static String line(String file) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.findFirst().orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    CpuTimes minus(CpuTimes before) {
        return new CpuTimes(userMs - before.userMs, systemMs - before.systemMs);
    }

    CpuTimes plus(CpuTimes other) {
        return new CpuTimes(userMs + other.userMs, systemMs + other.systemMs);
    }
}
