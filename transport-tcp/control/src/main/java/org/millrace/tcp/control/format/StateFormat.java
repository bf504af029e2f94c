package org.millrace.tcp.control.format;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.millrace.tcp.control.transfer.StateTransfer;

/**
 * What stands around an exported state, so that another version, half of one, or noise is told from one.
 *
 * <pre>
 * +-------------------------+---------+--------+-----------+----------------+
 * | "tcp-state", writeUTF   | version | length |   body    | CRC32C of body |
 * | 2 + 9 bytes             | 2       | 4      |  length   | 4              |
 * +-------------------------+---------+--------+-----------+----------------+
 * </pre>
 *
 * Big-endian. The body is described in docs/state-format.md and walked by {@link StateTransfer}.
 */
public final class StateFormat {
    public static final String NAME = "tcp-state";
    static final int VERSION = 5;
    private static final int OLDEST = 4;
    private static final int MAX_LENGTH = 1 << 30;
    private static final int CHUNK = 1 << 20;

    private StateFormat() {
    }

    public static void write(DataOutput out, byte[] body) throws IOException {
        out.writeUTF(NAME);
        out.writeShort(VERSION);
        out.writeInt(body.length);
        out.write(body);
        out.writeInt(checksum(body));
    }

    /**
     * {@return reader of the body}
     *
     * @param nowNs deadlines count from now on, ns
     * @throws IllegalArgumentException if there is none of a version that is known, whole and unharmed
     */
    public static FieldReader read(DataInput in, long nowNs) throws IOException {
        try {
            String name = in.readUTF();
            if (!name.equals(NAME)) {
                throw new IllegalArgumentException("the state is not of a TCP control plane: it does not begin with "
                        + NAME);
            }
            int version = in.readUnsignedShort();
            if (version < OLDEST || version > VERSION) {
                throw new IllegalArgumentException(NAME + " version " + version + " is not known here, only " + OLDEST + " and " + VERSION);
            }
            byte[] body = body(in, in.readInt());
            if (in.readInt() != checksum(body)) {
                throw new IllegalArgumentException(NAME + " is corrupt: its checksum does not match");
            }
            return new FieldReader(body, version, nowNs);
        } catch (EOFException e) {
            throw new IllegalArgumentException(NAME + " is truncated", e);
        } catch (UTFDataFormatException e) {
            throw new IllegalArgumentException(NAME + " is corrupt: its name cannot be read", e);
        }
    }

    /** Memory grows with what is there, not with what a length claims. */
    private static byte[] body(DataInput in, int length) throws IOException {
        if (length < 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException(NAME + " is corrupt: it says that it is " + length + " bytes long");
        }
        byte[] body = new byte[Math.min(length, CHUNK)];
        int read = 0;
        while (true) {
            in.readFully(body, read, body.length - read);
            read = body.length;
            if (read == length) {
                return body;
            }
            body = Arrays.copyOf(body, (int) Math.min(length, 2L * read));
        }
    }

    private static int checksum(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue();
    }
}
