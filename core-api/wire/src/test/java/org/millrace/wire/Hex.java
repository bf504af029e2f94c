package org.millrace.wire;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** Frames written as hexadecimal digits, blanks ignored. */
final class Hex {
    private Hex() {
    }

    static byte[] bytes(String digits) {
        return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
    }

    static MemorySegment segment(String digits) {
        return MemorySegment.ofArray(bytes(digits));
    }

    static String of(MemorySegment segment, long offset, long lengthBytes) {
        return HexFormat.of().formatHex(segment.asSlice(offset, lengthBytes).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    }
}
