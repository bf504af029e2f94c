package org.millrace.testkit.p4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.testkit.p4.source.P4Exception;

/** What is wrong with a program is said with its place, all of it at once. */
class MistakesTest {
    private static String text(String name) throws IOException {
        try (InputStream in = MistakesTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A right program in which one piece is put in another's place. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        forward.p4  | headers.ipv4.ttl - 1;             | headers.ipv4.dscp - 1;          | forward.p4:77:28: this is bit<6>, needed is bit<8>
        forward.p4  | headers.ethernet.type)            | headers.ethernet.kind)          | forward.p4:46:27: ethernet_h has no field kind
        forward.p4  | ETHERTYPE_IPV4: ipv4;             | ETHERTYPE_IPV4: ipv6;           | forward.p4:47:21: there is no state ipv6
        forward.p4  | mark_to_drop(standard);           | mark_to_drop(headers);          | forward.p4:70:22: this is headers_t, needed is standard_metadata_t
        forward.p4  | default_action = drop();          | default_action = flood();       | forward.p4:90:26: no action is named flood
        forward.p4  | headers.ipv4.destination: lpm;    | headers.ipv4.destination: close; | forward.p4:82:39: there is no match_kind close
        forward.p4  | packet.emit(headers.ipv4);        | headers.ipv4.ttl = 1;           | forward.p4:120:9: headers.ipv4.ttl cannot be assigned to
        forward.p4  | Parse(), Verify(), Forward()      | Parse(), Forward(), Verify()    | forward.p4:124:1: control Forward is not what vr must be: control with 2 parameters
        forward.p4  | standard.egress_spec = port;      | standard.egress_spec = next_hop; | forward.p4:74:32: this is bit<48>, needed is bit<9>
        forward.p4  | bit<3> flags;                     | bool<3> flags;                  | forward.p4:24:9: mismatched input '<'
        forward.p4  | #include <v1model.p4>             | #include <v2model.p4>           | forward.p4:3:1: there is no file v2model.p4
        counter.p4  | tag_h[3] tags;                    | tag_h[bit] tags;                | counter.p4:
        counter.p4  | metadata.packets[1:0]             | metadata.packets[32:0]          | counter.p4:85:13: there are no bits 32 to 0 of bit<32>
        counter.p4  | headers.tags[0].setInvalid();     | headers.tags[3].setInvalid();   | counter.p4:102:13: element 3 of 3
        counter.p4  | Count(1) count;                   | Count() count;                  | counter.p4:
        firewall.p4 | 9w2: direction(2, 1);             | 9w2: direction(2);              | firewall.p4:70:13: no argument for port
        firewall.p4 | direction: { }                    | wrong: { }                      | firewall.p4:89:13: table Wall.ports has no action wrong
        firewall.p4 | register<bit<1>, bit<32>>(4096) f | register<bit<1>>(4096) f        | firewall.p4:45:5: 1 type arguments, needed are 2
        firewall.p4 | metadata.is_first & metadata.is_second | metadata.is_first && metadata.is_second | firewall.p4:112:18: this is bit<1>, needed is bool
        """)
    void oneIsFoundWhereItStands(String file, String right, String wrong, String said) throws IOException {
        String text = text(file);
        assertThat(text).contains(right);
        assertThatThrownBy(() -> V1Switch.of(file, text.replace(right, wrong), 1)).isInstanceOf(P4Exception.class)
            .hasMessageContaining(said);
    }

    @Test
    void allAreFoundAtOnce() throws IOException {
        String text = text("forward.p4").replace("standard.egress_spec = port;", "standard.egress_spec = mac;")
            .replace("packet.emit(headers.ipv4);", "packet.emit(headers.ipv6);");
        assertThatThrownBy(() -> V1Switch.of("forward.p4", text, 1)).hasMessage("""
            forward.p4:74:32: no mac is known here
            forward.p4:120:21: headers_t has no field ipv6""");
    }

    @Test
    void aProgramForTofino2IsHeldAgainstItsDeclarations() throws IOException {
        String text = text("t2na-counter.p4");
        assertThat(T2na.check("t2na-counter.p4", text)).containsExactly("Ingress.known");
        assertThatThrownBy(() -> T2na.check("t2na-counter.p4", text.replace("out bit<32> before) {", "out bit<16> before) {")
            .replace("Switch(pipe) main", "Switch(pipe, 1) main"))).hasMessageContaining("t2na-counter.p4:55:40: this is bit<16>, needed is bit<32>")
            .hasMessageContaining("t2na-counter.p4:128:14: this is int, needed is package Pipeline");
        assertThatThrownBy(() -> V1Switch.of("t2na-counter.p4", text, 1)).hasMessageContaining("main is Switch");
    }

    @Test
    void conditionsAreThoseOfC() {
        assertThatThrownBy(() -> V1Switch.of("a.p4", "#if 1\n", 1)).hasMessage("a.p4:2:1: a conditional is not ended by #endif");
        assertThatThrownBy(() -> V1Switch.of("a.p4", "\n#endif\n", 1)).hasMessage("a.p4:2:1: there is no #if for this");
        assertThatThrownBy(() -> V1Switch.of("a.p4", "#define F(x) x\n", 1)).hasMessageContaining("a.p4:1:1: macros with parameters");
        assertThatThrownBy(() -> V1Switch.of("a.p4", "#if defined(X) || !(2 * 3 >= 7)\n#error here\n#endif\n", 1))
            .hasMessage("a.p4:2:1: #error here");
    }
}
