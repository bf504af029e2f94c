package org.millrace.tcp.control.format;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;

/** Reads fields back; what objects had before does not matter. */
public final class FieldReader implements Fields {
    private final DataInputStream in;
    private final int version;
    private final long nowNs;

    public FieldReader(byte[] written, int version, long nowNs) {
        this.version = version;
        in = new DataInputStream(new ByteArrayInputStream(written));
        this.nowNs = nowNs;
    }

    public boolean atEnd() throws IOException {
        return in.available() == 0;
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public boolean bit(boolean value) throws IOException {
        int read = in.readUnsignedByte();
        if (read > 1) {
            throw new IllegalArgumentException("a flag is " + read + ", allowed is 0 or 1");
        }
        return read != 0;
    }

    @Override
    public int i32(int value) throws IOException {
        return in.readInt();
    }

    @Override
    public int number(String name, int value, int min, int max) throws IOException {
        int read = in.readInt();
        if (read < min || read > max) {
            throw new IllegalArgumentException(name + " is " + read + ", allowed is " + min + " to " + max);
        }
        return read;
    }

    @Override
    public long i64(long value) throws IOException {
        return in.readLong();
    }

    @Override
    public long deadline(long value) throws IOException {
        long read = in.readLong();
        return read < 0 ? NEVER : nowNs + Math.min(read, NEVER / 2);
    }

    @Override
    public long since(long value) throws IOException {
        return nowNs - Math.clamp(in.readLong(), 0, NEVER / 2);
    }

    @Override
    public double f64(double value) throws IOException {
        double read = in.readDouble();
        if (!Double.isFinite(read)) {
            throw new IllegalArgumentException("a share is " + read);
        }
        return read;
    }

    @Override
    public String text(String value) throws IOException {
        return in.readUTF();
    }

    @Override
    public byte[] bytes(byte[] value) throws IOException {
        byte[] read = new byte[in.readUnsignedShort()];
        in.readFully(read);
        return read;
    }
}
