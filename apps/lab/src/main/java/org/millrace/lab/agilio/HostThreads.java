package org.millrace.lab.agilio;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/**
 * A host's applications, threads with a context each: a thread works for one stream after the other, in turn, and is busy while it does.
 * Owned by: the thread of the world.
 */
final class HostThreads implements VirtualHost.Application {
    private final Worker[] workers;
    private final Function<StreamSocket, Job> jobOf;

    /** What is to be done for a stream, again and again. */
    abstract static class Job {
        /** Nothing could be done. */
        static final long IDLE = -1;

        final StreamSocket socket;
        private final int thread;
        private boolean isQueued;
        private long queuedNs;

        /**
         * One that waits for {@link HostThreads#queue}.
         *
         * @param thread whose
         */
        Job(StreamSocket socket, int thread) {
            this.socket = socket;
            this.thread = thread;
        }

        /** Does a piece of it; answers how long that takes the thread, ns, or {@link #IDLE}: it waits until the stream is ready. */
        abstract long work(long nowNs);
    }

    private static final class Worker {
        final Deque<Job> jobs = new ArrayDeque<>();
        long freeNs;
    }

    /**
     * Makes idle ones.
     *
     * @param threads how many
     * @param jobOf   makes the job of a stream that a listener has accepted
     */
    HostThreads(int threads, Function<StreamSocket, Job> jobOf) {
        this.jobOf = jobOf;
        workers = new Worker[threads];
        for (int i = 0; i < threads; i++) {
            workers[i] = new Worker();
        }
    }

    /** Its thread is to look at it. */
    void queue(Job job, long nowNs) {
        if (!job.isQueued) {
            job.isQueued = true;
            job.queuedNs = nowNs;
            workers[job.thread].jobs.add(job);
        }
    }

    @Override
    public void ready(Endpoint endpoint, long nowNs) {
        if (endpoint instanceof ListenSocket listener) {
            TwoHosts.accept(listener, accepted -> {
                Job job = jobOf.apply(accepted);
                accepted.attach(job);
                queue(job, nowNs);
            });
        } else if (endpoint.attachment() instanceof Job job) {
            queue(job, nowNs);
        }
    }

    @Override
    public boolean act(long nowNs) {
        boolean any = false;
        for (Worker worker : workers) {
            while (worker.freeNs <= nowNs && !worker.jobs.isEmpty()) {
                Job job = worker.jobs.poll();
                job.isQueued = false;
                long tookNs = job.work(nowNs);
                if (tookNs != Job.IDLE) {
                    worker.freeNs = Math.max(worker.freeNs, job.queuedNs) + tookNs; // however coarsely time goes on
                    queue(job, nowNs);
                    any = true;
                }
            }
        }
        return any;
    }

    @Override
    public long dueNs() {
        long dueNs = Long.MAX_VALUE;
        for (Worker worker : workers) {
            dueNs = worker.jobs.isEmpty() ? dueNs : Math.min(dueNs, worker.freeNs);
        }
        return dueNs;
    }
}
