package org.millrace.testkit.script;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A TCP option as a script writes it: {@code mss 1460}, {@code wscale 7}, {@code sackOK}, {@code sack 1:101},
 * {@code TS 100 7}, {@code nop}, {@code eol}, or bytes, {@code 0x02 00 05 b4}.
 *
 * @param name  its word; {@code 0x} for bytes
 * @param words what stands behind it; {@code *} for any
 */
record Option(String name, List<String> words) {
    private static final Map<String, Integer> COUNTS =
        Map.of("mss", 1, "wscale", 1, "sackOK", 0, "sack", 1, "TS", 2, "nop", 0, "eol", 0);
    private static final String ANY = "*";
    private static final String SACK = "sack";
    private static final int MAX_BLOCKS = 4;

    static List<Option> parseAll(String text) {
        List<Option> options = new ArrayList<>();
        for (String one : text.isBlank() || text.strip().equals("none") ? new String[0] : text.split(",")) {
            options.add(parse(one.strip()));
        }
        return options;
    }

    private static Option parse(String text) {
        if (text.startsWith("0x")) {
            return new Option("0x", List.of(text.substring(2).replace(" ", "")));
        }
        List<String> words = List.of(text.split("\\s+"));
        Integer count = COUNTS.get(words.getFirst());
        boolean several = words.getFirst().equals(SACK) && words.size() > 2 && words.size() <= 1 + MAX_BLOCKS;
        if (count == null || words.size() - 1 != count && !several) {
            throw new IllegalArgumentException("option is " + text
                + ", allowed are mss N, wscale N, sackOK, sack A:B [C:D ...], TS VALUE ECHO, nop, eol, 0xHEX");
        }
        return new Option(words.getFirst(), words.subList(1, words.size()));
    }

    boolean isPadding() {
        return name.equals("nop") || name.equals("eol");
    }

    /** {@return its bytes; any echo is the host's last timestamp} */
    int[] encode(Flow flow) {
        return switch (name) {
            case "mss" -> bytes(2, 4, number(0), 2);
            case "wscale" -> bytes(3, 3, number(0), 1);
            case "sackOK" -> new int[] {4, 2};
            case SACK -> sack(flow);
            case "TS" -> join(bytes(8, 10, number(0), 4),
                tail(words.get(1).equals(ANY) ? flow.hostTimestamp() : number(1)));
            case "nop" -> new int[] {1};
            case "eol" -> new int[] {0};
            default -> raw();
        };
    }

    private int number(int index) {
        return (int) Words.number(name, words.get(index));
    }

    private int[] raw() {
        try {
            byte[] bytes = HexFormat.of().parseHex(words.getFirst());
            int[] values = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                values[i] = bytes[i] & 0xff;
            }
            return values;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("option is 0x" + words.getFirst() + ", allowed is hexadecimal");
        }
    }

    private int[] sack(Flow flow) {
        int[] bytes = {5, 2 + 8 * words.size()};
        for (String block : words) {
            for (String edge : block.split(":")) {
                bytes = join(bytes, tail(flow.hostSequence(Words.number(SACK, edge))));
            }
        }
        return bytes;
    }

    private static int[] bytes(int kind, int length, int value, int valueBytes) {
        int[] bytes = new int[2 + valueBytes];
        bytes[0] = kind;
        bytes[1] = length;
        for (int i = 0; i < valueBytes; i++) {
            bytes[2 + i] = value >>> 8 * (valueBytes - 1 - i) & 0xff;
        }
        return bytes;
    }

    private static int[] tail(int value) {
        return new int[] {value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff};
    }

    static int[] join(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** {@return whether a sent option is as this one says} */
    boolean matches(Option sent) {
        if (!name.equals(sent.name) || words.size() != sent.words.size()) {
            return false;
        }
        for (int i = 0; i < words.size(); i++) {
            if (!words.get(i).equals(ANY) && !words.get(i).equals(sent.words.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@return the options of a sent segment; what is malformed is bytes} */
    static List<Option> decode(byte[] bytes, Flow flow) {
        List<Option> options = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int kind = bytes[at] & 0xff;
            if (kind <= 1) {
                options.add(new Option(kind == 0 ? "eol" : "nop", List.of()));
                at++;
                continue;
            }
            int length = at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0;
            if (length < 2 || at + length > bytes.length) {
                length = bytes.length - at;
            }
            options.add(decode(kind, Arrays.copyOfRange(bytes, at, at + length), flow));
            at += length;
        }
        return options;
    }

    private static Option decode(int kind, byte[] bytes, Flow flow) {
        int length = bytes.length;
        if (kind == 2 && length == 4) {
            return new Option("mss", List.of("" + (u32(bytes, 0) & 0xffff)));
        } else if (kind == 3 && length == 3) {
            return new Option("wscale", List.of("" + (bytes[2] & 0xff)));
        } else if (kind == 4 && length == 2) {
            return new Option("sackOK", List.of());
        } else if (kind == 5 && length >= 10 && length % 8 == 2) { // the host speaks of what the peer has sent
            List<String> blocks = new ArrayList<>();
            for (int at = 2; at < length; at += 8) {
                blocks.add(flow.peerRelative(u32(bytes, at)) + ":" + flow.peerRelative(u32(bytes, at + 4)));
            }
            return new Option(SACK, blocks);
        } else if (kind == 8 && length == 10) {
            return new Option("TS", List.of(Integer.toUnsignedString(u32(bytes, 2)), Integer.toUnsignedString(u32(bytes, 6))));
        }
        return new Option("0x", List.of(HexFormat.of().formatHex(bytes)));
    }

    private static int u32(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
    }

    @Override
    public String toString() {
        return name.equals("0x") ? "0x" + words.getFirst() : (name + " " + String.join(" ", words)).strip();
    }
}
