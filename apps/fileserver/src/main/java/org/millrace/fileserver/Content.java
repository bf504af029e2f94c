package org.millrace.fileserver;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Bytes to send, produced straight into the transmit buffer. */
interface Content extends Closeable {
    /** {@return its length, bytes} */
    long length();

    /**
     * Produces the next bytes.
     *
     * @param memory where to
     * @param offset in it
     * @param bytes  most to produce, no more than are left
     * @return bytes produced, at least 1
     * @throws IOException if the file cannot be read or has shrunk
     */
    int fill(MemorySegment memory, long offset, int bytes) throws IOException;

    @Override
    default void close() throws IOException {
    }

    /** {@return that many zero bytes} */
    static Content zero(long length) {
        return new Content() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public int fill(MemorySegment memory, long offset, int bytes) {
                memory.asSlice(offset, bytes).fill((byte) 0);
                return bytes;
            }
        };
    }

    /**
     * {@return pseudo-random bytes: word n of 8 bytes, little-endian, is SplitMix64's output number n for the seed (Steele,
     * Lea, Flood 2014)}
     */
    static Content random(long length, long seed) {
        return new RandomContent(length, seed);
    }

    /** {@return a file's bytes} */
    static Content file(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path);
        return new FileContent(channel, channel.size());
    }

    /** See {@link #random}. */
    final class RandomContent implements Content {
        private static final long GOLDEN = 0x9e3779b97f4a7c15L;
        private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private final long length;
        private final long seed;
        private long position;

        RandomContent(long length, long seed) {
            this.length = length;
            this.seed = seed;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public int fill(MemorySegment memory, long offset, int bytes) {
            int done = 0;
            while (done < bytes) {
                long word = word(position >>> 3);
                int skip = (int) position & 7;
                if (skip == 0 && bytes - done >= 8) {
                    memory.set(WORD, offset + done, word);
                    done += 8;
                    position += 8;
                } else {
                    memory.set(ValueLayout.JAVA_BYTE, offset + done++, (byte) (word >>> 8 * skip));
                    position++;
                }
            }
            return bytes;
        }

        private long word(long index) {
            long z = seed + (index + 1) * GOLDEN;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            return z ^ z >>> 31;
        }
    }

    /**
     * See {@link #file}.
     *
     * @param channel the file
     * @param length  its length when it was opened
     */
    record FileContent(FileChannel channel, long length) implements Content {
        @Override
        public int fill(MemorySegment memory, long offset, int bytes) throws IOException {
            int read = channel.read(memory.asSlice(offset, bytes).asByteBuffer());
            if (read <= 0) {
                throw new EOFException("the file has become shorter while it was sent");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
