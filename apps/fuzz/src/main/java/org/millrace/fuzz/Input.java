package org.millrace.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of a run, taken one after the other; behind the end there are zeros. */
final class Input {
    private final byte[] data;
    private int at;

    Input(byte[] data) {
        this.data = data;
    }

    boolean isEmpty() {
        return at >= data.length;
    }

    int u8() {
        return isEmpty() ? 0 : data[at++] & 0xff;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    /** {@return 16 bits with their sign} */
    int i16() {
        return (short) u16();
    }

    int i32() {
        return u16() << 16 | u16();
    }

    boolean flag() {
        return (u8() & 1) != 0;
    }

    /** {@return 0 to {@code n} − 1} */
    int below(int n) {
        return (n <= 256 ? u8() : u16()) % n;
    }

    /** {@return at most so many bytes, fewer at the end} */
    byte[] bytes(int most) {
        int end = Math.min(data.length, at + most);
        byte[] taken = Arrays.copyOfRange(data, Math.min(at, end), end);
        at = end;
        return taken;
    }

    /** {@return all that is left} */
    byte[] rest() {
        return bytes(data.length);
    }

    /** {@return all that is left, as text} */
    String text() {
        return new String(rest(), StandardCharsets.UTF_8);
    }
}
