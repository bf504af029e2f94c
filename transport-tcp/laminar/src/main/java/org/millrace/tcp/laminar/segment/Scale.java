package org.millrace.tcp.laminar.segment;

/** Shifts by a connection's window scale. The machine shifts by constants: the scale chooses the action (RFC 7323 §2.2). */
public final class Scale {
    private Scale() {
    }

    public static int up(int value, int shift) {
        return switch (shift) {
            case 0 -> value;
            case 1 -> value << 1;
            case 2 -> value << 2;
            case 3 -> value << 3;
            case 4 -> value << 4;
            case 5 -> value << 5;
            case 6 -> value << 6;
            case 7 -> value << 7;
            case 8 -> value << 8;
            case 9 -> value << 9;
            case 10 -> value << 10;
            case 11 -> value << 11;
            case 12 -> value << 12;
            case 13 -> value << 13;
            default -> value << 14;
        };
    }

    static int down(int value, int shift) {
        return switch (shift) {
            case 0 -> value;
            case 1 -> value >>> 1;
            case 2 -> value >>> 2;
            case 3 -> value >>> 3;
            case 4 -> value >>> 4;
            case 5 -> value >>> 5;
            case 6 -> value >>> 6;
            case 7 -> value >>> 7;
            case 8 -> value >>> 8;
            case 9 -> value >>> 9;
            case 10 -> value >>> 10;
            case 11 -> value >>> 11;
            case 12 -> value >>> 12;
            case 13 -> value >>> 13;
            default -> value >>> 14;
        };
    }
}
