package org.millrace.context;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.LimitException;
import org.millrace.api.context.SelectorBell;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.EventFd;
import org.millrace.memory.InstanceDirectory;

/** Gives contexts that nobody serves. Run as a program, it does so at the directory given until it is killed. */
final class FakeRuntime implements ContextProvider, AutoCloseable {
    final List<Grant> grants = new ArrayList<>();
    /** Contexts with so many connections open when it is counted down. */
    final CountDownLatch slow = new CountDownLatch(1);
    static final int SLOW_CONNECTIONS = 3;
    volatile int most = Integer.MAX_VALUE;
    /** Of each context from now on. */
    volatile int shards = 1;

    public static void main(String[] arguments) throws IOException {
        ContextServer server = ContextServer.start(InstanceDirectory.of(arguments[0]), new FakeRuntime(),
            ContextServer.Settings.DEFAULT);
        System.out.println("ready");
        int end = System.in.read();
        server.close();
        System.out.println("stopped " + end);
    }

    @Override
    public ContextGrant open(ContextSize size) {
        if (size.connections() == SLOW_CONNECTIONS) {
            awaitSlow();
        }
        return grant(size);
    }

    private void awaitSlow() {
        try {
            slow.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized Grant grant(ContextSize size) {
        if (grants.size() >= most) {
            throw new LimitException("contexts", "all users have " + most + " contexts");
        }
        Grant grant = new Grant(size, grants.size());
        grants.add(grant);
        for (int shard = 1; shard < shards; shard++) {
            grant.others.add(new Grant(size, grants.size()));
        }
        return grant;
    }

    synchronized Grant grant(int index) {
        return grants.get(index);
    }

    @Override
    public void close() {
        grants.forEach(Grant::close);
    }

    final class Grant implements ContextGrant {
        final CountDownLatch closed = new CountDownLatch(1);
        final ContextMemory memory;
        final ContextLayout layout;
        final EventFd doorbell = new EventFd();
        final List<Grant> others = new ArrayList<>();
        volatile SelectorBell selectorBell;

        Grant(ContextSize size, int number) {
            memory = ContextMemory.create("fake", ContextLayout.bytes(size), HugePages.OFF);
            layout = ContextLayout.create(memory.segment(), size, number);
        }

        @Override
        public String instance() {
            return "fake";
        }

        @Override
        public List<ContextGrant> shards() {
            List<ContextGrant> all = new ArrayList<>(List.of(this));
            all.addAll(others);
            return all;
        }

        @Override
        public MemorySegment region() {
            return memory.segment();
        }

        @Override
        public List<String> transports() {
            return List.of("tcp", "udp");
        }

        @Override
        public void ring() {
            doorbell.signal();
        }

        @Override
        public boolean isOpen() {
            return closed.getCount() > 0;
        }

        @Override
        public void selectorBell(SelectorBell selector) {
            selectorBell = selector;
        }

        @Override
        public int regionDescriptor() {
            return memory.descriptor();
        }

        @Override
        public int doorbellDescriptor() {
            return doorbell.descriptor();
        }

        @Override
        public void close() {
            if (isOpen()) {
                memory.close();
                doorbell.close();
                others.forEach(Grant::close);
                closed.countDown();
            }
        }
    }
}
