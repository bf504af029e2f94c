package org.millrace.fileserver;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Bytes that come: hashed and, if they have a file, stored there once they are all there. */
final class Upload implements Closeable {
    private final MessageDigest digest = sha256();
    private final Path file;
    private final Path part;
    private final FileChannel channel;
    private long length;

    /** Hashes only. */
    Upload() {
        file = null;
        part = null;
        channel = null;
    }

    /** Stores too. */
    Upload(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.getParent());
        part = Files.createTempFile(file.getParent(), ".upload", ".part");
        channel = FileChannel.open(part, StandardOpenOption.WRITE);
    }

    void take(MemorySegment memory, long offset, int bytes) throws IOException {
        ByteBuffer buffer = memory.asSlice(offset, bytes).asByteBuffer();
        digest.update(buffer);
        buffer.flip();
        while (channel != null && buffer.hasRemaining()) {
            channel.write(buffer);
        }
        length += bytes;
    }

    /** {@return the SHA-256 and the length, as a line of text} */
    String finish() throws IOException {
        if (channel != null) {
            channel.close();
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return HexFormat.of().formatHex(digest.digest()) + " " + length + "\n";
    }

    /** Removes what is not finished. */
    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            Files.deleteIfExists(part);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
