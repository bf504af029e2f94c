package org.millrace.vertx.rpc;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;

/** A request of a peer, to be answered once or not at all. */
public interface RpcRequest {
    /** {@return who asks} */
    SocketAddress peer();

    /** {@return what with} */
    Buffer body();

    /**
     * Answers. Whether the response arrives, only the caller knows: a call that ends without it fails there.
     *
     * @param response at least one byte
     * @return completes on the handler's context when the response is on its way
     */
    Future<Void> reply(Buffer response);

    /** Will not answer: the caller waits until its deadline, or hears that nothing is known of its call. */
    void ignore();
}
