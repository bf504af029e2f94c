package org.millrace.nio;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** Bytes that both sides can make, and the hash of bytes that arrived. */
final class Payload extends InputStream {
    private final byte[] block = new byte[64 << 10];
    private final long lengthBytes;
    private long position;

    Payload(long lengthBytes, long seed) {
        this.lengthBytes = lengthBytes;
        new SplittableRandom(seed).nextBytes(block);
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
    }

    /** The block over and over, each time with its number at a place of its own. */
    @Override
    public int read(byte[] bytes, int offset, int length) {
        if (position == lengthBytes) {
            return -1;
        }
        int at = (int) (position % block.length);
        int count = (int) Math.min(Math.min(length, lengthBytes - position), block.length - at);
        block[(int) (position / block.length % block.length)] = (byte) (position / block.length);
        System.arraycopy(block, at, bytes, offset, count);
        position += count;
        return count;
    }

    void writeTo(OutputStream out) throws IOException {
        byte[] bytes = new byte[block.length];
        for (int count = read(bytes, 0, bytes.length); count >= 0; count = read(bytes, 0, bytes.length)) {
            out.write(bytes, 0, count);
        }
    }

    static String hash(InputStream in) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] bytes = new byte[64 << 10];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                digest.update(bytes, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
