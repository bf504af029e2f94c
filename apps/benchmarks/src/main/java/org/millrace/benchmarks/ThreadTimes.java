package org.millrace.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** CPU time of threads, user and kernel, from their own clocks. */
final class ThreadTimes {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ThreadTimes() {
    }

    static long cpuNs(Thread thread) {
        return THREADS.getThreadCpuTime(thread.threadId());
    }

    static Thread named(String name) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals(name)).findFirst()
            .orElseThrow(() -> new IllegalStateException("no thread " + name));
    }
}
