package org.millrace.runtime.tenant;

import org.millrace.memory.BlockPool;

/** What a message socket has of its payload buffers. Owned by: the data-path thread. */
final class MessageBuffers {
    /** The receive buffer: what the program has reserved or the application has not given back. */
    final BlockPool received;
    /** Messages that the application has passed on and not been told of. */
    int sending;
    /** Most of them: as many as there is room for. */
    final int mostSending;

    MessageBuffers(int receiveBytes, int transmitBytes) {
        received = new BlockPool(receiveBytes);
        mostSending = transmitBytes / BlockPool.blockBytes(transmitBytes);
    }
}
