package org.millrace.cli.instance;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * What was seen of a pcapng file while it was copied (draft-ietf-opsawg-pcapng): blocks of a 32-bit type, a 32-bit length
 * and the rest, here big-endian.
 *
 * @param frames enhanced packet blocks
 * @param lost   frames dropped by the writer, as the interface statistics block says at the end
 */
record CapturedFrames(long frames, long lost) {
    private static final int ENHANCED_PACKET_BLOCK = 6;
    private static final int INTERFACE_STATISTICS_BLOCK = 5;
    private static final int HEAD_BYTES = 8;
    /** Of the statistics: interface, time, one option and the head of the next, which is what was dropped. */
    private static final int DROPPED_AT = 4 + 8 + 12 + 4;
    private static final int MAX_BLOCK = 1 << 20;

    static CapturedFrames copy(InputStream from, OutputStream to) throws IOException {
        DataInputStream in = new DataInputStream(from);
        DataOutputStream out = new DataOutputStream(to);
        long frames = 0;
        while (true) {
            int type;
            try {
                type = in.readInt();
            } catch (EOFException cut) {
                throw new IOException("the instance has ended before the capture did; the file has what there was", cut);
            }
            int length = in.readInt();
            if (length < HEAD_BYTES || length > MAX_BLOCK) {
                throw new IOException("a block of " + length + " bytes");
            }
            byte[] rest = new byte[length - HEAD_BYTES];
            in.readFully(rest);
            out.writeInt(type);
            out.writeInt(length);
            out.write(rest);
            if (type == INTERFACE_STATISTICS_BLOCK) {
                out.flush();
                return new CapturedFrames(frames, ByteBuffer.wrap(rest).getLong(DROPPED_AT));
            }
            frames += type == ENHANCED_PACKET_BLOCK ? 1 : 0;
        }
    }
}
