package org.millrace.memory;

import static org.millrace.memory.ContextLayout.I32;
import static org.millrace.memory.ContextLayout.I64;

import java.lang.foreign.MemorySegment;

/**
 * What an application sends over a further connection to the instance's socket, to be woken there while it sleeps in a
 * selector: 64 bytes, little-endian.
 *
 * <pre>
 *  0 i64 magic "MILLRACE"   8 i32 protocol version   12 i32 kind: 1 (an {@link AttachRequest} has 0 here)
 * 16 i64 the context's token, from its {@link AttachReply}
 * 24 reserved, 0
 * </pre>
 *
 * The answer is an {@link AttachReply} without memory and descriptors. After a granting one the runtime sends a byte, of
 * no meaning, each time it finds the event ring's waiting word to be {@link DescriptorRing#IN_SELECTOR}; the end of the
 * stream means that it serves the context no more. A context has one such connection at a time.
 */
public final class WakeRequest {
    private static final int KIND = 12;
    private static final int WAKE = 1;
    private static final int TOKEN = 16;

    private WakeRequest() {
    }

    /**
     * Writes one.
     *
     * @param to    {@link AttachRequest#BYTES}, zeroed
     * @param token the context's
     */
    public static void write(MemorySegment to, long token) {
        to.set(I64, 0, ContextLayout.MAGIC);
        to.set(I32, 8, AttachRequest.PROTOCOL);
        to.set(I32, KIND, WAKE);
        to.set(I64, TOKEN, token);
    }

    /**
     * {@return whether a request is one}
     *
     * @param from {@link AttachRequest#BYTES} of it
     */
    public static boolean is(MemorySegment from) {
        return from.get(I64, 0) == ContextLayout.MAGIC && from.get(I32, KIND) == WAKE;
    }

    /**
     * {@return the token in a request}
     *
     * @param from {@link AttachRequest#BYTES} of it
     */
    public static long token(MemorySegment from) {
        return from.get(I64, TOKEN);
    }
}
