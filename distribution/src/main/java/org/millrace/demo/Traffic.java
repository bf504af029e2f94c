package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that fetch one file, and post it, again and again, each in a process of its own, until they are told to stop. */
final class Traffic {
    private static final int FETCHERS = 4;
    private static final int POSTERS = 2;

    private final Fetcher fetcher;
    private final String url;
    private final Path payload;
    private final String hash;
    private final List<Thread> workers = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final AtomicLong completed = new AtomicLong();
    private final Set<Path> files = new HashSet<>();
    private long fetched;
    private volatile boolean stopping;

    /**
     * @param url     of the server, with a slash at its end
     * @param payload what the server serves by that name, and what is posted to it
     * @param hash    of the payload
     */
    Traffic(Fetcher fetcher, String url, Path payload, String hash) {
        this.fetcher = fetcher;
        this.url = url;
        this.payload = payload;
        this.hash = hash;
    }

    /** One client's work: transfers a file under a name and answers with the hash of what has arrived. */
    private interface Exchange {
        String run(String name) throws IOException, InterruptedException;
    }

    void start() {
        for (int i = 0; i < FETCHERS; i++) {
            work("fetch-" + i, this::fetch);
        }
        for (int i = 0; fetcher.canPost() && i < POSTERS; i++) {
            work("post-" + i, this::post);
        }
    }

    private void work(String name, Exchange exchange) {
        workers.add(Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; !stopping && failures().isEmpty(); i++) {
                    String arrived = exchange.run(name);
                    if (arrived.equals(hash)) {
                        completed.incrementAndGet();
                    } else {
                        failed(name + " " + i + " arrived as " + arrived);
                    }
                }
            } catch (IOException | DemoFailure e) {
                failed(name + ": " + e.getMessage());
            } catch (InterruptedException e) {
                failed(name + " has not ended");
            }
        }));
    }

    private String fetch(String name) throws IOException, InterruptedException {
        Fetcher.Fetch fetch = fetcher.start(name, url + payload.getFileName(), Long.MAX_VALUE / 2);
        remember(fetch.file());
        end(fetch);
        String arrived = Payload.hash(fetch.file());
        forget(fetch.file());
        return arrived;
    }

    private String post(String name) throws IOException, InterruptedException {
        Fetcher.Fetch post = fetcher.post(name, url + "hash", payload);
        end(post);
        return Payload.hashIn(post.file());
    }

    private static void end(Fetcher.Fetch transfer) throws IOException, InterruptedException {
        int code = transfer.await(Peer.LIMIT);
        if (code != 0) {
            throw new IOException("exit code " + code + ", " + transfer.error());
        }
    }

    private synchronized void failed(String what) {
        failures.add(what);
    }

    /** {@return what went wrong} */
    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** {@return how many files have arrived as they were sent} */
    long completed() {
        return completed.get();
    }

    private synchronized void remember(Path file) {
        files.add(file);
    }

    private synchronized void forget(Path file) throws IOException {
        fetched += Files.size(file);
        files.remove(file);
        Files.delete(file);
    }

    /** {@return bytes that have gone to the clients, and from them: on the wire, or without one what the clients have} */
    synchronized long[] bytes() throws IOException {
        if (fetcher.canPost()) {
            return LinuxLink.bytes();
        }
        long all = fetched;
        for (Path file : files) {
            all += Files.exists(file) ? Files.size(file) : 0;
        }
        return new long[] {all, 0};
    }

    /** Begins no transfer any more, and waits for those that run. */
    void stop() throws InterruptedException {
        stopping = true;
        for (Thread worker : workers) {
            if (!worker.join(Peer.LIMIT)) {
                worker.interrupt();
                worker.join();
            }
        }
    }
}
