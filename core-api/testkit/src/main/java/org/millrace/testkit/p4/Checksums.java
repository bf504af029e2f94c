package org.millrace.testkit.p4;

import java.math.BigInteger;
import java.util.zip.CRC32;
import org.millrace.testkit.p4.value.BitString;

/** Hashes and checksums that v1model names, over whole bytes. */
final class Checksums {
    private static final int CRC16 = 0xA001; // x^16 + x^15 + x^2 + 1, reflected
    private static final int WORD = 0xffff;

    private Checksums() {
    }

    /** @return the value of an algorithm; of one that is not known: an exception that names it */
    static BigInteger of(String algorithm, BitString data) {
        return switch (algorithm) {
            case "identity" -> data.value();
            case "csum16" -> BigInteger.valueOf(~sum(data.bytes()) & WORD);
            case "xor16" -> BigInteger.valueOf(xor(data.bytes()));
            case "crc16", "crc16_custom" -> BigInteger.valueOf(crc16(data.bytes()));
            case "crc32", "crc32_custom" -> {
                CRC32 crc = new CRC32();
                crc.update(data.bytes());
                yield BigInteger.valueOf(crc.getValue());
            }
            default -> throw new UnsupportedOperationException("hash algorithm " + algorithm + " is not run here");
        };
    }

    /** RFC 1071: the sum of words, carries added. */
    private static int sum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += word(bytes, i);
        }
        while (sum >> 16 != 0) {
            sum = (sum & WORD) + (sum >> 16);
        }
        return (int) sum;
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0);
    }

    private static int xor(byte[] bytes) {
        int xor = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            xor ^= word(bytes, i);
        }
        return xor;
    }

    private static int crc16(byte[] bytes) {
        int crc = 0;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int i = 0; i < 8; i++) {
                crc = (crc & 1) != 0 ? crc >> 1 ^ CRC16 : crc >> 1;
            }
        }
        return crc;
    }
}
