package org.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time.
 *
 * @param user   microseconds, of 10,000 (USER_HZ, proc(5))
 * @param system the same
 */
record CpuTime(double user, double system) {
    private static final int TICK_US = 10_000;

    /** {@return what a process has taken; nothing if it is null} */
    static CpuTime ofProcess(Process process) throws IOException {
        if (process == null) {
            return new CpuTime(0, 0);
        }
        String[] fields = stat(Long.toString(process.pid()));
        return new CpuTime(Long.parseLong(fields[11]) * TICK_US, Long.parseLong(fields[12]) * TICK_US);
    }

    static CpuTime ofEndedChildren() throws IOException {
        String[] fields = stat("self");
        return new CpuTime(Long.parseLong(fields[13]) * TICK_US, Long.parseLong(fields[14]) * TICK_US);
    }

    static CpuTime ofMachine() throws IOException {
        String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
        return new CpuTime((Long.parseLong(fields[1]) + Long.parseLong(fields[2])) * TICK_US,
            (Long.parseLong(fields[3]) + Long.parseLong(fields[6]) + Long.parseLong(fields[7])) * TICK_US);
    }

    /** {@return fields of proc_pid_stat(5) from the third, the state} */
    private static String[] stat(String process) throws IOException {
        String line = Files.readString(Path.of("/proc/" + process + "/stat"));
        return line.substring(line.lastIndexOf(')') + 2).split(" ");
    }

    /** {@return what was taken since, for each of so many things} */
    CpuTime since(CpuTime before, double count) {
        return new CpuTime((user - before.user) / count, (system - before.system) / count);
    }

    double sum() {
        return user + system;
    }
}
