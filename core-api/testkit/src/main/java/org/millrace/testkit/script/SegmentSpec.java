package org.millrace.testkit.script;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.FrameText;
import org.millrace.testkit.ParsedFrame;
import org.millrace.wire.TcpHeader;

/** A segment as a script writes it: to be sent by the peer, or to be expected of the host. Numbers are relative. */
final class SegmentSpec {
    private static final String FLAG_LETTERS = "FSRP.UEW";
    private static final List<String> ECN = List.of("notect", "ect1", "ect0", "ce");
    private static final Set<String> ANY = Set.of("", "*");
    private static final int PATTERN = 251;

    private String flags = "";
    private boolean exactFlags;
    private String seq = "";
    private String ack = "";
    private String window = "";
    private String ecn = "";
    private String dscp = "";
    private List<Option> options;
    private boolean moreOptions;
    private boolean badChecksum;
    private int fill = -1;

    private SegmentSpec() {
    }

    /**
     * Reads {@code FLAGS SEQ[:END] [ack N] [win N] [ect0|ect1|ce|notect] [dscp N] [badsum] [fill XX] [<OPTIONS>]}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static SegmentSpec parse(String text) {
        SegmentSpec spec = new SegmentSpec();
        int open = text.indexOf('<');
        int close = text.lastIndexOf('>');
        String rest = text;
        if (open >= 0) {
            if (close < open || !text.substring(close + 1).isBlank()) {
                throw new IllegalArgumentException("options are written last, between < and >");
            }
            spec.options(text.substring(open + 1, close));
            rest = text.substring(0, open);
        }
        Words words = new Words(rest.isBlank() ? List.of() : List.of(rest.strip().split("\\s+")));
        spec.flags = words.next("the flags");
        spec.exactFlags = spec.flags.startsWith("=");
        spec.flags = spec.flags.substring(spec.exactFlags ? 1 : 0);
        if (spec.flags.equals("*")) {
            words.end();
            return spec;
        }
        checkFlags(spec.flags);
        spec.seq = checkRange(words.next("the sequence number"));
        spec.words(words);
        return spec;
    }

    private void options(String text) {
        moreOptions = text.strip().endsWith("...");
        options = Option.parseAll(text.replaceFirst(",?\\s*\\.\\.\\.\\s*$", ""));
    }

    private void words(Words words) {
        while (words.hasNext()) {
            String word = words.next("");
            switch (word) {
                case "ack" -> ack = checkNumber("ack", words.next("ack"));
                case "win" -> window = words.next("win");
                case "dscp" -> dscp = checkNumber("dscp", words.next("dscp"));
                case "badsum" -> badChecksum = true;
                case "fill" -> fill = HexFormat.fromHexDigits(words.next("fill")) & 0xff;
                default -> {
                    if (!ECN.contains(word)) {
                        throw new IllegalArgumentException("what is " + word
                            + "? allowed are ack, win, dscp, badsum, fill, notect, ect0, ect1, ce and <options>");
                    }
                    ecn = word;
                }
            }
        }
    }

    private static void checkFlags(String flags) {
        for (char letter : flags.equals("-") ? new char[0] : flags.toCharArray()) {
            if (FLAG_LETTERS.indexOf(letter) < 0) {
                throw new IllegalArgumentException("flags are " + flags + ", allowed are of " + FLAG_LETTERS + ", or -");
            }
        }
    }

    private static String checkRange(String text) {
        String[] ends = text.split(":", -1);
        if (!text.equals("*") && (ends.length > 2 || ends.length == 2
            && Words.number("sequence number", ends[1]) < Words.number("sequence number", ends[0]))) {
            throw new IllegalArgumentException("sequence numbers are " + text + ", allowed is FROM or FROM:END");
        }
        return text.equals("*") ? text : checkNumber("sequence number", ends[0]).isEmpty() ? "" : text;
    }

    private static String checkNumber(String what, String text) {
        if (!text.equals("*")) {
            Words.number(what, text);
        }
        return text;
    }

    private int flagBits() {
        int bits = 0;
        for (char letter : flags.toCharArray()) {
            bits |= letter == '-' ? 0 : 1 << FLAG_LETTERS.indexOf(letter);
        }
        return bits;
    }

    private long from() {
        return Words.number("sequence number", seq.split(":")[0]);
    }

    private int length() {
        String[] ends = seq.split(":");
        return ends.length == 1 ? 0 : (int) (Words.number("sequence number", ends[1]) - from());
    }

    /** {@return the frame that the peer sends} */
    byte[] build(Flow flow) {
        if (ANY.contains(seq) || window.contains("..")) {
            throw new IllegalArgumentException("a segment to send says what it is, no *");
        }
        FrameBuilder frame = FrameBuilder.tcp().from(flow.peer).to(flow.host()).flags(flagBits())
            .seq(flow.peerSequence(from()));
        if ((flagBits() & TcpHeader.ACK) != 0) {
            frame.ack(flow.hostSequence(ANY.contains(ack) ? flow.hostEnd() : Words.number("ack", ack)));
        }
        if (!ANY.contains(window)) {
            flow.window((int) Words.number("win", window));
        }
        frame.window(flow.window());
        if (!ecn.isEmpty()) {
            frame.ecn(ECN.indexOf(ecn));
        }
        int[] bytes = {};
        for (Option option : options == null ? List.<Option>of() : options) {
            bytes = Option.join(bytes, option.encode(flow));
        }
        frame.rawOptions(bytes).payload(payload(from() - 1, length()));
        return badChecksum ? frame.badChecksum().build() : frame.build();
    }

    private byte[] payload(long offset, int length) {
        byte[] bytes = new byte[length];
        if (fill >= 0) {
            Arrays.fill(bytes, (byte) fill);
            return bytes;
        }
        return pattern(offset, length);
    }

    /** {@return bytes of any stream from an offset on} */
    static byte[] pattern(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) Math.floorMod(offset + i, PATTERN);
        }
        return bytes;
    }

    /** {@return in what a sent segment differs from this one; empty: in nothing} */
    List<String> differences(Flow flow, ParsedFrame frame) {
        List<String> differences = new ArrayList<>();
        TcpHeader tcp = frame.tcp();
        if (!frame.ipChecksumValid() || !frame.transportChecksumValid()) {
            differences.add("its checksum is wrong");
        }
        if (flags.equals("*")) {
            return differences;
        }
        int ignored = exactFlags ? 0 : (TcpHeader.PSH | TcpHeader.ECE | TcpHeader.CWR) & ~flagBits();
        if ((tcp.flags() & ~ignored) != flagBits()) {
            differences.add("flags are " + FrameText.flags(tcp.flags()) + ", not " + flags);
        }
        int from = flow.hostRelative(tcp.sequence());
        int end = from + frame.payload().length;
        if (!seq.equals("*") && (from != (int) from() || end != (int) from() + length())) {
            differences.add("sequence numbers are " + range(from, end) + ", not " + seq);
        }
        different(differences, "ack", ack, flow.peerRelative(tcp.acknowledgment()));
        different(differences, "win", window, tcp.window());
        if (!ecn.isEmpty() && frame.ip().ecn() != ECN.indexOf(ecn)) {
            differences.add("ECN is " + ECN.get(frame.ip().ecn()) + ", not " + ecn);
        }
        different(differences, "dscp", dscp, frame.ip().dscp());
        options(differences, flow, frame);
        if (!tcp.has(TcpHeader.SYN) && fill < 0 && !Arrays.equals(frame.payload(), pattern(from - 1, end - from))) {
            differences.add("its payload is not what was written");
        }
        return differences;
    }

    private static void different(List<String> differences, String what, String wanted, int is) {
        String[] ends = wanted.split("\\.\\.");
        boolean same = ANY.contains(wanted)
            || is >= Words.number(what, ends[0]) && is <= Words.number(what, ends[ends.length - 1]);
        if (!same) {
            differences.add(what + " is " + is + ", not " + wanted);
        }
    }

    private void options(List<String> differences, Flow flow, ParsedFrame frame) {
        if (options == null) {
            return;
        }
        List<Option> sent = new ArrayList<>(decode(flow, frame));
        sent.removeIf(Option::isPadding);
        for (Option wanted : options) {
            if (!wanted.isPadding() && !sent.removeIf(wanted::matches)) {
                differences.add("option " + wanted + " is missing");
            }
        }
        if (!moreOptions) {
            sent.forEach(option -> differences.add("option " + option + " is not expected"));
        }
    }

    private static List<Option> decode(Flow flow, ParsedFrame frame) {
        int at = (int) frame.tcp().offset();
        return Option.decode(Arrays.copyOfRange(frame.bytes(), at + TcpHeader.OPTIONS, at + frame.tcp().dataOffset()), flow);
    }

    private static String range(int from, int end) {
        return end == from ? "" + from : from + ":" + end;
    }

    /** {@return a segment of the host as a script writes it} */
    static String text(Flow flow, ParsedFrame frame) {
        TcpHeader tcp = frame.tcp();
        int from = flow.hostRelative(tcp.sequence());
        StringBuilder text = new StringBuilder("> ").append(FrameText.flags(tcp.flags())).append(' ')
            .append(range(from, from + frame.payload().length));
        if (tcp.has(TcpHeader.ACK)) {
            text.append(" ack ").append(flow.peerRelative(tcp.acknowledgment()));
        }
        text.append(" win ").append(tcp.window());
        if (frame.ip().ecn() != 0) {
            text.append(' ').append(ECN.get(frame.ip().ecn()));
        }
        if (frame.ip().dscp() != 0) {
            text.append(" dscp ").append(frame.ip().dscp());
        }
        List<Option> options = new ArrayList<>(decode(flow, frame));
        options.removeIf(Option::isPadding);
        if (!options.isEmpty()) {
            text.append(" <").append(String.join(", ", options.stream().map(Option::toString).toList())).append('>');
        }
        return text.toString();
    }
}
