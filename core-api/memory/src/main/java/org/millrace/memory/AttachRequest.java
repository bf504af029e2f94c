package org.millrace.memory;

import static org.millrace.memory.ContextLayout.I32;
import static org.millrace.memory.ContextLayout.I64;

import java.lang.foreign.MemorySegment;
import org.millrace.api.context.ContextSize;

/**
 * What an application sends over the instance's socket to have a context: 64 bytes, little-endian.
 *
 * <pre>
 *  0 i64 magic "MILLRACE"   8 i32 protocol version   12 i32 kind: 0 (see {@link WakeRequest})
 * 16 i32 layout version    20 i32 layout hash (see {@link ContextLayout})
 * 24 i32 connections       28 i32 receive bytes      32 i32 transmit bytes   36 i32 ring slots
 * 40 i64 process: a number that the application's process has drawn, 0: none   48 reserved, 0
 * </pre>
 *
 * The answer is an {@link AttachReply}. The connection stays open as long as the context: whoever closes it, or dies, has
 * let go of the context.
 *
 * @param protocol      version of these messages
 * @param layoutVersion version of the layout that the application knows
 * @param layoutHash    its hash
 * @param connections   as in {@link ContextSize}, unchecked
 * @param receiveBytes  as in {@link ContextSize}, unchecked
 * @param transmitBytes as in {@link ContextSize}, unchecked
 * @param ringSlots     as in {@link ContextSize}, unchecked
 * @param process       equal for all requests of one process, and for no other; 0: alone
 */
public record AttachRequest(int protocol, int layoutVersion, int layoutHash, int connections, int receiveBytes,
                            int transmitBytes, int ringSlots, long process) {
    /** Version of request and reply. */
    public static final int PROTOCOL = 2;
    /** Size, bytes. */
    public static final int BYTES = 64;

    /**
     * {@return the request of this library for a context}
     *
     * @param size    how large
     * @param process the number that its process has drawn
     */
    public static AttachRequest of(ContextSize size, long process) {
        return new AttachRequest(PROTOCOL, ContextLayout.VERSION, ContextLayout.HASH, size.connections(),
            size.receiveBytes(), size.transmitBytes(), size.ringSlots(), process);
    }

    /**
     * {@return the request in memory}
     *
     * @param from {@link #BYTES} of it
     * @throws IllegalArgumentException if it is none
     */
    public static AttachRequest read(MemorySegment from) {
        if (from.get(I64, 0) != ContextLayout.MAGIC) {
            throw new IllegalArgumentException("this is no request for a Millrace context");
        }
        return new AttachRequest(from.get(I32, 8), from.get(I32, 16), from.get(I32, 20), from.get(I32, 24),
            from.get(I32, 28), from.get(I32, 32), from.get(I32, 36), from.get(I64, 40));
    }

    /**
     * Writes it.
     *
     * @param to {@link #BYTES}, zeroed
     */
    public void write(MemorySegment to) {
        to.set(I64, 0, ContextLayout.MAGIC);
        to.set(I32, 8, protocol);
        to.set(I32, 16, layoutVersion);
        to.set(I32, 20, layoutHash);
        to.set(I32, 24, connections);
        to.set(I32, 28, receiveBytes);
        to.set(I32, 32, transmitBytes);
        to.set(I32, 36, ringSlots);
        to.set(I64, 40, process);
    }

    /**
     * {@return the size asked for}
     *
     * @throws IllegalArgumentException if a figure is out of its range; the message says which
     */
    public ContextSize size() {
        return new ContextSize(connections, receiveBytes, transmitBytes, ringSlots);
    }
}
