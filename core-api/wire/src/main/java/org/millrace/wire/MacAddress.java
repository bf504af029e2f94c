package org.millrace.wire;

import java.util.HexFormat;
import java.util.Locale;

/**
 * A MAC address, for the slow paths; the data path passes the bare {@code long}.
 *
 * @param bits the address in the low 48 bits, its first byte highest
 */
public record MacAddress(long bits) {
    /** All stations. */
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

    /** Checks the range. */
    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("MAC address of more than 48 bits: 0x" + Long.toHexString(bits));
        }
    }

    /**
     * Reads six pairs of hexadecimal digits with colons or hyphens between them.
     *
     * @param text such as {@code 02:00:00:00:00:01}
     * @return the address
     * @throws IllegalArgumentException if the text is something else
     */
    public static MacAddress parse(String text) {
        if (!text.matches("\\p{XDigit}{2}(?:(?::\\p{XDigit}{2}){5}|(?:-\\p{XDigit}{2}){5})")) {
            throw new IllegalArgumentException("not a MAC address like 02:00:00:00:00:01: " + text);
        }
        return new MacAddress(HexFormat.fromHexDigitsToLong(text.replaceAll("[:-]", "")));
    }

    /**
     * Tells whether the address is a group's.
     *
     * @return whether it is multicast or broadcast
     */
    public boolean isMulticast() {
        return (bits >>> 40 & 1) != 0;
    }

    /**
     * Formats the address.
     *
     * @return six pairs of lower-case hexadecimal digits with colons between them
     */
    @Override
    public String toString() {
        String digits = String.format(Locale.ROOT, "%012x", bits);
        return String.join(":", digits.split("(?<=\\G..)"));
    }
}
