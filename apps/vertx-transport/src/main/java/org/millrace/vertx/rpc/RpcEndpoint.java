package org.millrace.vertx.rpc;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.Attach;

/**
 * A place from which to call, and at which to be called:
 *
 * <pre>{@code
 * RpcEndpoint.attach(vertx, "main", SocketAddress.inetSocketAddress(99, "10.77.0.2"))
 *     .onSuccess(rpc -> rpc.handler(request -> request.reply(request.body())));
 *
 * rpc.call(SocketAddress.inetSocketAddress(99, "10.77.0.2"), Buffer.buffer("hello"), Duration.ofSeconds(1))
 *     .onSuccess(answer -> ...)                     // on the context that has called
 *     .onFailure(cause -> ...);                     // a ToeFailure: its status() says why
 * }</pre>
 *
 * <p>DESIGN NOTES. An endpoint has one Toe, and a thread that sleeps with it: event loops hand it what to do and get back what
 * has come of it. A buffer of Vert.x is one's own, so request and response are copied once each way. Zero copy is
 * {@link org.millrace.toe.RpcSocket}'s.
 *
 * <p>Any thread.
 */
public final class RpcEndpoint {
    private final Vertx vertx;
    private final RpcLoop loop;

    private RpcEndpoint(Vertx vertx, RpcLoop loop) {
        this.vertx = vertx;
        this.loop = loop;
    }

    /**
     * Opens an endpoint of an instance that runs in another process.
     *
     * @param vertx    whose contexts are used
     * @param instance its name, or the absolute path of its directory
     * @param local    an address of the instance; a port of 1 to 32767 serves, 0 only calls
     * @return the endpoint, or why there is none
     */
    public static Future<RpcEndpoint> attach(Vertx vertx, String instance, SocketAddress local) {
        return open(vertx, () -> Attach.context(instance, ContextSize.DEFAULT), local);
    }

    /**
     * Opens an endpoint.
     *
     * @param vertx whose contexts are used
     * @param grant asked once, on a thread of the endpoint's own
     * @param local an address of the instance; a port of 1 to 32767 serves, 0 only calls
     * @return the endpoint, or why there is none
     */
    public static Future<RpcEndpoint> open(Vertx vertx, Callable<ContextGrant> grant, SocketAddress local) {
        Answer<RpcEndpoint> answer = new Answer<>(vertx.getOrCreateContext());
        RpcLoop loop = new RpcLoop(grant, address(local));
        RpcEndpoint endpoint = new RpcEndpoint(vertx, loop);
        loop.start(() -> answer.complete(endpoint), answer::fail);
        return answer.future();
    }

    /** {@return where it is} */
    public SocketAddress localAddress() {
        InetSocketAddress local = loop.localAddress();
        return SocketAddress.inetSocketAddress(local);
    }

    /**
     * Takes requests from now on, on the context that calls this; until then they wait.
     *
     * @param requests handles them
     * @return this
     */
    public RpcEndpoint handler(Handler<RpcRequest> requests) {
        Context context = vertx.getOrCreateContext();
        loop.serve((number, peer, bytes) -> {
            Request request = new Request(context, number, SocketAddress.inetSocketAddress(peer), Buffer.buffer(bytes));
            context.runOnContext(none -> requests.handle(request));
        });
        return this;
    }

    /**
     * Calls, and waits for as long as it takes.
     *
     * @param server  whom, an IPv4 address and a port
     * @param request what with, at least one byte
     * @return the response, on the calling context; or a {@link org.millrace.toe.ToeFailure}, or
     *     {@link java.nio.channels.ClosedChannelException} when this endpoint ends
     */
    public Future<Buffer> call(SocketAddress server, Buffer request) {
        return call(server, request, Duration.ZERO);
    }

    /**
     * Calls.
     *
     * @param server  whom, an IPv4 address and a port
     * @param request what with, at least one byte
     * @param timeout after which the call fails; zero: never
     * @return the response, on the calling context; or a {@link org.millrace.toe.ToeFailure}, or
     *     {@link java.nio.channels.ClosedChannelException} when this endpoint ends
     */
    public Future<Buffer> call(SocketAddress server, Buffer request, Duration timeout) {
        Answer<Buffer> answer = new Answer<>(vertx.getOrCreateContext());
        loop.call(ByteBuffer.wrap(request.getBytes()), address(server), timeout.toNanos(), new RpcLoop.Outcome() {
            @Override
            public void response(byte[] bytes) {
                answer.complete(Buffer.buffer(bytes));
            }

            @Override
            public void failure(Throwable cause) {
                answer.fail(cause);
            }
        });
        return answer.future();
    }

    /**
     * Closes it; calls that have not ended fail.
     *
     * @return completes on the calling context
     */
    public Future<Void> close() {
        Answer<Void> answer = new Answer<>(vertx.getOrCreateContext());
        loop.close(() -> answer.complete(null));
        return answer.future();
    }

    private static InetSocketAddress address(SocketAddress address) {
        return new InetSocketAddress(address.host(), address.port());
    }

    /** What is awaited, on the context that awaits it. */
    private record Answer<T>(Context context, Promise<T> promise) {
        Answer(Context context) {
            this(context, Promise.promise());
        }

        Future<T> future() {
            return promise.future();
        }

        void complete(T value) {
            context.runOnContext(none -> promise.tryComplete(value));
        }

        void fail(Throwable cause) {
            context.runOnContext(none -> promise.tryFail(cause));
        }
    }

    private final class Request implements RpcRequest {
        private final Context context;
        private final int number;
        private final SocketAddress peer;
        private final Buffer body;

        Request(Context context, int number, SocketAddress peer, Buffer body) {
            this.context = context;
            this.number = number;
            this.peer = peer;
            this.body = body;
        }

        @Override
        public SocketAddress peer() {
            return peer;
        }

        @Override
        public Buffer body() {
            return body;
        }

        @Override
        public Future<Void> reply(Buffer response) {
            Answer<Void> answer = new Answer<>(context);
            loop.reply(number, ByteBuffer.wrap(response.getBytes()), () -> answer.complete(null), answer::fail);
            return answer.future();
        }

        @Override
        public void ignore() {
            loop.ignore(number);
        }
    }
}
