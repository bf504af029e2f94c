package org.millrace.vertx.rpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.Status;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.toe.Toe;
import org.millrace.toe.ToeFailure;

/**
 * The thread of an endpoint. What others want is left for it in a queue; what finds no room in the transmit buffer waits, in
 * order, and is bounded: beyond {@value #MOST_WAITING} of them a call fails at once.
 */
final class RpcLoop {
    private static final int MOST_WAITING = 10_000;
    private static final int MOST_EARLY = 1_000;

    /** What a call comes to. On the loop's thread. */
    interface Outcome {
        void response(byte[] bytes);

        void failure(Throwable cause);
    }

    /** Takes requests. On the loop's thread. */
    interface Server {
        void request(int number, InetSocketAddress peer, byte[] bytes);
    }

    /** Something to be sent: answers false if there is no room now. */
    private interface Sending {
        boolean send() throws IOException;

        /** {@return when it fails although it waits, on the clock of {@link System#nanoTime}} */
        default long deadlineNs() {
            return RpcSocket.NO_DEADLINE;
        }

        void fail(Throwable cause);
    }

    private final Callable<ContextGrant> grant;
    private final InetSocketAddress local;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger sendings = new AtomicInteger();
    /** They go first: what a caller waits for frees room at both ends. */
    private final ArrayDeque<Sending> replies = new ArrayDeque<>();
    private final ArrayDeque<Sending> waiting = new ArrayDeque<>();
    /** None that waits has to be failed before. */
    private long waitingUntilNs = RpcSocket.NO_DEADLINE;
    private final List<Consumer<Server>> early = new ArrayList<>();
    private final Map<Integer, Outcome> calls = new HashMap<>();
    private volatile Toe toe;
    private volatile RpcSocket socket;
    private volatile boolean closing;
    private volatile Throwable ended;
    private Server server;
    private Runnable closed = () -> { };

    RpcLoop(Callable<ContextGrant> grant, InetSocketAddress local) {
        this.grant = grant;
        this.local = local;
    }

    /** Begins; one of both is called, on the loop's thread. */
    void start(Runnable bound, Consumer<Throwable> failed) {
        Thread.ofPlatform().daemon().name("millrace-rpc " + local).start(() -> run(bound, failed));
    }

    InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    void serve(Server wanted) {
        ask(() -> {
            server = wanted;
            early.forEach(request -> request.accept(wanted));
            early.clear();
        });
    }

    void call(ByteBuffer request, InetSocketAddress peer, long timeoutNs, Outcome outcome) {
        long deadlineNs = timeoutNs == 0 ? RpcSocket.NO_DEADLINE : System.nanoTime() + timeoutNs;
        enqueue(waiting, new Sending() {
            @Override
            public long deadlineNs() {
                return deadlineNs;
            }

            @Override
            public boolean send() throws IOException {
                int number = call(request, peer, deadlineNs);
                if (number != RpcSocket.NO_CALL) {
                    calls.put(number, outcome);
                }
                return number != RpcSocket.NO_CALL;
            }

            @Override
            public void fail(Throwable cause) {
                outcome.failure(cause);
            }
        });
    }

    private int call(ByteBuffer request, InetSocketAddress peer, long deadlineNs) throws IOException {
        if (!request.hasRemaining()) {
            throw new IllegalArgumentException("an empty request, it has one byte at least");
        }
        long at = socket.allocate(request.remaining());
        if (at == RpcSocket.NONE) {
            return RpcSocket.NO_CALL;
        }
        if (!calls.isEmpty() && !isHalfFree()) {
            socket.discard(at);
            return RpcSocket.NO_CALL;
        }
        toe.region().asSlice(at, request.remaining()).asByteBuffer().put(request.duplicate());
        int number = socket.call(at, request.remaining(), peer, deadlineNs);
        if (number == RpcSocket.NO_CALL) {
            socket.discard(at);
        }
        return number;
    }

    /** A call keeps its room until it is answered; so half of it stays free for replies, or two that call each other could stop. */
    private boolean isHalfFree() throws IOException {
        long spare = socket.allocate(socket.transmitBytes() / 2);
        if (spare != RpcSocket.NONE) {
            socket.discard(spare);
        }
        return spare != RpcSocket.NONE;
    }

    void reply(int number, ByteBuffer response, Runnable sent, Consumer<Throwable> failed) {
        enqueue(replies, new Sending() {
            @Override
            public boolean send() throws IOException {
                boolean done = socket.reply(number, response);
                if (done) {
                    sent.run();
                }
                return done;
            }

            @Override
            public void fail(Throwable cause) {
                failed.accept(cause);
            }
        });
    }

    void ignore(int number) {
        ask(() -> socket.cancel(number));
    }

    void close(Runnable done) {
        ask(() -> {
            closed = done;
            closing = true;
        });
    }

    private void enqueue(ArrayDeque<Sending> queue, Sending sending) {
        if (sendings.incrementAndGet() > MOST_WAITING) {
            sendings.decrementAndGet();
            sending.fail(ToeFailure.of(Status.NO_RESOURCES, MOST_WAITING + " messages wait at " + local, ""));
            return;
        }
        ask(() -> {
            queue.add(sending);
            waitingUntilNs = Math.min(waitingUntilNs, sending.deadlineNs());
        });
    }

    private void ask(Runnable task) {
        tasks.add(task);
        if (ended != null) {
            end(ended);
            return;
        }
        Toe current = toe;
        if (current != null) {
            current.wakeup();
        }
    }

    private void run(Runnable bound, Consumer<Throwable> failed) {
        try (Toe opened = Toe.open(grant.call())) {
            socket = opened.bindRpc(local, "homa");
            opened.await(() -> socket.isBound() || socket.status() != Status.OK, -1);
            socket.discard(socket.allocate(1)); // throws what the binding has failed for
            toe = opened;
            bound.run();
            loop(opened);
            socket.close();
        } catch (Exception e) {
            failed.accept(e);
            end(e);
            return;
        }
        end(new ClosedChannelException());
    }

    private void loop(Toe opened) {
        while (!closing && opened.isOpen()) {
            for (Runnable task; (task = tasks.poll()) != null;) {
                task.run();
            }
            if (send(replies)) {
                send(waiting);
            }
            take();
            long nowNs = System.nanoTime();
            long deadlineNs = Math.min(socket.expire(nowNs), expireWaiting(nowNs));
            opened.poll(closing || !tasks.isEmpty() ? 0 : deadlineNs == RpcSocket.NO_DEADLINE ? -1 : Math.max(0, deadlineNs - nowNs));
            while (opened.nextReady() != null) {
                // there is one socket, and it is asked each time
            }
        }
    }

    /** Sends what has room; answers whether all of it had. */
    private boolean send(ArrayDeque<Sending> queue) {
        for (Sending first; (first = queue.peek()) != null;) {
            try {
                if (!first.send()) {
                    return false;
                }
            } catch (IOException | IllegalArgumentException e) {
                first.fail(e);
            }
            queue.remove();
            sendings.decrementAndGet();
        }
        return true;
    }

    /** Fails the calls that wait for room beyond their deadline; answers when there may be another. */
    private long expireWaiting(long nowNs) {
        if (waiting.isEmpty()) {
            waitingUntilNs = RpcSocket.NO_DEADLINE;
        }
        if (nowNs < waitingUntilNs) {
            return waitingUntilNs;
        }
        waitingUntilNs = RpcSocket.NO_DEADLINE;
        for (Iterator<Sending> each = waiting.iterator(); each.hasNext();) {
            Sending sending = each.next();
            if (sending.deadlineNs() > nowNs) {
                waitingUntilNs = Math.min(waitingUntilNs, sending.deadlineNs());
            } else {
                each.remove();
                sendings.decrementAndGet();
                sending.fail(ToeFailure.of(Status.TIMED_OUT, "call over " + local, ""));
            }
        }
        return waitingUntilNs;
    }

    private void take() {
        for (Happening what; (what = socket.next()) != null;) {
            switch (what) {
                case REQUEST -> request(socket.number(), socket.peer(), bytes());
                case RESPONSE -> calls.remove(socket.number()).response(bytes());
                case FAILURE -> calls.remove(socket.number()).failure(ToeFailure.of(socket.failure(),
                    "call over " + local, ""));
            }
        }
    }

    /** One that nobody takes yet is kept, within limits. */
    private void request(int number, InetSocketAddress peer, byte[] bytes) {
        if (server != null) {
            server.request(number, peer, bytes);
        } else if (early.size() < MOST_EARLY) {
            early.add(taker -> taker.request(number, peer, bytes));
        } else {
            socket.cancel(number);
        }
    }

    /** {@return the bytes of the message in hand, which is released} */
    private byte[] bytes() {
        byte[] bytes = new byte[socket.length()];
        socket.slice(socket.offset(), bytes.length).get(bytes);
        socket.release(socket.offset());
        return bytes;
    }

    /** From now on whatever is asked for fails, on the thread that asks. */
    private synchronized void end(Throwable cause) {
        ended = cause;
        for (Runnable task; (task = tasks.poll()) != null;) {
            task.run();
        }
        replies.forEach(sending -> sending.fail(cause));
        replies.clear();
        waiting.forEach(sending -> sending.fail(cause));
        waiting.clear();
        calls.values().forEach(call -> call.failure(cause));
        calls.clear();
        closed.run();
    }
}
