package org.millrace.tcp.control.format;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Writes fields into memory. */
public final class FieldWriter implements Fields {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(written);
    private final long nowNs;

    public FieldWriter(long nowNs) {
        this.nowNs = nowNs;
    }

    public byte[] toBytes() {
        return written.toByteArray();
    }

    @Override
    public int version() {
        return StateFormat.VERSION;
    }

    @Override
    public boolean bit(boolean value) throws IOException {
        out.writeByte(value ? 1 : 0);
        return value;
    }

    @Override
    public int i32(int value) throws IOException {
        out.writeInt(value);
        return value;
    }

    @Override
    public int number(String name, int value, int min, int max) throws IOException {
        return i32(value);
    }

    @Override
    public long i64(long value) throws IOException {
        out.writeLong(value);
        return value;
    }

    @Override
    public long deadline(long value) throws IOException {
        out.writeLong(value == NEVER ? -1 : Math.max(value - nowNs, 0));
        return value;
    }

    @Override
    public long since(long value) throws IOException {
        out.writeLong(Math.max(nowNs - value, 0));
        return value;
    }

    @Override
    public double f64(double value) throws IOException {
        out.writeDouble(value);
        return value;
    }

    @Override
    public String text(String value) throws IOException {
        out.writeUTF(value);
        return value;
    }

    @Override
    public byte[] bytes(byte[] value) throws IOException {
        out.writeShort(value.length);
        out.write(value);
        return value;
    }
}
