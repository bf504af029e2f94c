package org.millrace.tofino.p4;

import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.HeaderFormat;

/**
 * The parser's states for the transport's header on Tofino 2, which computes nothing there: a state a header length, a counter for what
 * is left of the options, a state an option length. Options that do not end within the header send the frame to the control plane.
 */
final class TofinoStates {
    private static final int WORD_BYTES = 4;
    private static final int LONGEST_WORDS = 15;
    private static final int ETHERNET_BYTES = 14;
    private static final int IPV4_BYTES = 20;

    private final HeaderFormat transport;
    private final Map<String, String> carried;
    private final List<HeaderFormat.Option> received;
    private final String name;

    TofinoStates(HeaderFormat transport, Map<String, String> carried, List<HeaderFormat.Option> received) {
        this.transport = transport;
        this.carried = carried;
        this.received = received;
        name = Names.of(transport.name());
    }

    /** Writes what follows the transport's fixed header, whose state is open. */
    void write(Text text) {
        if (transport.lengthField().isEmpty()) {
            lengths(transport.bytes(), text);
            text.line("transition running;").line("}").gap();
        } else {
            words(text);
            options(text);
        }
        text.line("state running {").line("md.pass_ended = " + Pipe.RUNNING + ";").line("transition accept;").line("}").gap();
    }

    private static void lengths(int bytes, Text text) {
        text.line("md.payload_offset = " + (ETHERNET_BYTES + IPV4_BYTES + bytes) + ";").line("md.header_bytes = " + (IPV4_BYTES + bytes) + ";");
    }

    private void words(Text text) {
        int fixed = transport.bytes() / WORD_BYTES;
        text.line("transition select(headers." + name + "." + Names.of(transport.lengthField()) + ") {");
        for (int words = fixed; words <= LONGEST_WORDS; words++) {
            text.line(words + ": words_" + words + ";");
        }
        text.line("default: malformed;").line("}").line("}").gap();
        text.block("""
            state malformed {
                md.pass_outcome = DROP;
                transition accept;
            }
            """).gap();
        for (int words = fixed; words <= LONGEST_WORDS; words++) {
            text.line("state words_" + words + " {");
            lengths(words * WORD_BYTES, text);
            text.line("options_left.set(8w" + (words - fixed) * WORD_BYTES + ");");
            text.line("transition option;").line("}").gap();
        }
    }

    private void options(Text text) {
        text.block("""
            state option {
                transition select(options_left.is_zero()) {
                    true: running;
                    false: option_kind;
                }
            }
            """).gap();
        text.line("state option_kind {").line("transition select(packet.lookahead<bit<8>>()) {").line("0: padding;").line("1: option_1;");
        received.forEach(o -> text.line(o.kind() + ": option_" + Names.of(o.name()) + ";"));
        text.line("default: option_other;").line("}").line("}").gap();
        text.block("""
            state padding { // behind the end of the options
                packet.advance(8);
                options_left.decrement(8w1);
                transition select(options_left.is_zero()) {
                    true: running;
                    false: padding;
                }
            }
            """).gap();
        received.forEach(o -> known(o, text));
        int longest = (LONGEST_WORDS * WORD_BYTES) - transport.bytes();
        text.line("state option_other {").line("transition select(packet.lookahead<bit<16>>()[7:0]) {");
        for (int bytes = 2; bytes <= longest; bytes++) {
            text.line(bytes + ": option_" + bytes + ";");
        }
        text.line("default: for_control;").line("}").line("}").gap();
        for (int bytes = 1; bytes <= longest; bytes++) {
            text.line("state option_" + bytes + " {").line("packet.advance(" + 8 * bytes + ");");
            within(bytes, text);
        }
    }

    private static void within(int bytes, Text text) {
        text.line("options_left.decrement(8w" + bytes + ");").line("transition select(options_left.is_negative()) {").line("true: for_control;")
            .line("false: option;").line("}").line("}").gap();
    }

    private void known(HeaderFormat.Option option, Text text) {
        String own = Names.of(option.name());
        text.line("state option_" + own + " {").line("transition select(packet.lookahead<bit<16>>()[7:0]) {")
            .line(option.bytes() + ": option_" + own + "_known;").line("default: option_other;").line("}").line("}").gap();
        text.line("state option_" + own + "_known {").line("packet.extract(headers.received_" + own + ");");
        text.line("md." + Names.of(carried.get(option.name())) + " = 1;");
        option.fields().forEach(f -> text.line("md." + Names.of(carried.get(option.name() + "." + f.name())) + " = headers.received_" + own
            + "." + Names.of(f.name()) + ";"));
        within(option.bytes(), text);
    }
}
