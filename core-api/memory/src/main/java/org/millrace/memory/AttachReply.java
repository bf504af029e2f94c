package org.millrace.memory;

import static org.millrace.memory.ContextLayout.I32;
import static org.millrace.memory.ContextLayout.I64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The answer to an {@link AttachRequest}: 64 bytes, little-endian, then text. With the first byte of a granting one come
 * two descriptors (SCM_RIGHTS) for each shard, in order: the context's memory there, to be mapped shared, for reading and
 * writing, from offset 0; and the doorbell: writing the 8 bytes 01 00 .. 00 to it wakes the shard's data path.
 *
 * <pre>
 *  0 i64 magic "MILLRACE"   8 i32 protocol version   12 i32 code: 0 granted, else refused (see {@link Code})
 * 16 i32 layout version    20 i32 layout hash        24 i64 bytes of the memory in each shard
 * 32 i32 bytes of text     36 i32 shards, 1 to 64; 0: refused   40 i64 token (see {@link WakeRequest})
 * 48 reserved, 0
 * 64 text, UTF-8, in lines: what the refusal is about; the instance; the transports, one a line
 * </pre>
 *
 * @param code       how it went
 * @param message    one line about a refusal
 * @param instance   the instance's name
 * @param transports the transports' names, in the order that requests number them
 * @param shards     of the instance; 0: refused, or an answer to a {@link WakeRequest}
 * @param sizeBytes  of the memory in each
 * @param token      names the context in a {@link WakeRequest}
 */
public record AttachReply(Code code, String message, String instance, List<String> transports, int shards,
                          long sizeBytes, long token) {
    /** Most shards there can be. */
    public static final int MAX_SHARDS = 64;
    /** Size without text, bytes. */
    public static final int HEAD_BYTES = 64;
    /** Most text there can be, bytes. */
    public static final int MAX_TEXT_BYTES = 4032;

    private static final int SHARDS = 36;
    private static final int TOKEN = 40;

    /** How a request ended. The ordinal is part of the message. */
    public enum Code {
        /** Here it is. */
        GRANTED,
        /** Application and runtime do not understand each other. */
        VERSION,
        /** The user may not use this instance. */
        DENIED,
        /** A limit is reached: contexts, descriptors, memory. */
        LIMIT,
        /** The request makes no sense. */
        BAD_REQUEST
    }

    /**
     * {@return a refusal}
     *
     * @param code     not GRANTED
     * @param message  one line that says why
     * @param instance the instance's name
     */
    public static AttachReply refusal(Code code, String message, String instance) {
        return new AttachReply(code, message, instance, List.of(), 0, 0, 0);
    }

    /**
     * Writes it.
     *
     * @param to {@link #HEAD_BYTES} + {@link #MAX_TEXT_BYTES}
     * @return bytes written
     */
    public int write(MemorySegment to) {
        byte[] text = (message.replace('\n', ' ') + '\n' + instance + '\n' + String.join("\n", transports))
            .getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MAX_TEXT_BYTES);
        to.asSlice(0, HEAD_BYTES).fill((byte) 0);
        to.set(I64, 0, ContextLayout.MAGIC);
        to.set(I32, 8, AttachRequest.PROTOCOL);
        to.set(I32, 12, code.ordinal());
        to.set(I32, 16, ContextLayout.VERSION);
        to.set(I32, 20, ContextLayout.HASH);
        to.set(I64, 24, sizeBytes);
        to.set(I32, 32, length);
        to.set(I32, SHARDS, shards);
        to.set(I64, TOKEN, token);
        MemorySegment.copy(text, 0, to, ValueLayout.JAVA_BYTE, HEAD_BYTES, length);
        return HEAD_BYTES + length;
    }

    /**
     * {@return bytes of text behind a head}
     *
     * @param head {@link #HEAD_BYTES}
     * @throws IllegalArgumentException if it is none, or of another protocol
     */
    public static int textBytes(MemorySegment head) {
        int length = head.get(I32, 32);
        if (head.get(I64, 0) != ContextLayout.MAGIC || length < 0 || length > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("what answers there is no Millrace runtime");
        }
        return length;
    }

    /**
     * {@return the reply in memory}
     *
     * @param from head and text
     * @throws IllegalArgumentException if it is none
     */
    public static AttachReply read(MemorySegment from) {
        byte[] text = from.asSlice(HEAD_BYTES, textBytes(from)).toArray(ValueLayout.JAVA_BYTE);
        String[] lines = new String(text, StandardCharsets.UTF_8).split("\n", -1);
        int code = from.get(I32, 12);
        int shards = from.get(I32, SHARDS);
        if (code < 0 || code >= Code.values().length || lines.length < 3 || shards < 0 || shards > MAX_SHARDS) {
            throw new IllegalArgumentException("the runtime's answer is of another version than this library's "
                + AttachRequest.PROTOCOL + ": " + from.get(I32, 8));
        }
        List<String> transports = Arrays.stream(lines, 2, lines.length).filter(name -> !name.isEmpty()).toList();
        return new AttachReply(Code.values()[code], lines[0], lines[1], transports, shards, from.get(I64, 24),
            from.get(I64, TOKEN));
    }
}
