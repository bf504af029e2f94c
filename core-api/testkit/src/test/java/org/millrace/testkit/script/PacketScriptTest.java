package org.millrace.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a script looks like; that it runs is shown where there are stacks, in apps/cli. */
class PacketScriptTest {
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "+10 read 1; time is 10, allowed is a number with ns, us, ms or s",
        "+x > . 1; time is x, allowed is a number",
        "< Q 1; flags are Q, allowed are of FSRP.UEW, or -",
        "<; the flags is missing",
        "< .; the sequence number is missing",
        "< . 9:1; sequence numbers are 9:1, allowed is FROM or FROM:END",
        "< . one; sequence number is one, allowed is a number",
        "< . 1 ack; ack is missing",
        "< . 1 win 5 loud; what is loud? allowed are ack, win, dscp, badsum",
        "< S 0 <mss>; option is mss, allowed are mss N",
        "< S 0 <loud 1>; option is loud 1, allowed are mss N",
        "< S 0 <mss 1> win 7; options are written last",
        "[tcp-laminar read 1; ] is missing",
        "a -> b -> c; a line is [+TIME] [[ONLY]] [FLOW:] and < SEGMENT, > SEGMENT or CALL [-> RESULT]",
        "set loud 1; there is no loud to set, allowed are tcp.OPTION, tolerance, exchange, arp, peer-isn, connections, mtu",
        "set arp no; arp is no, allowed are on, off",
        "set exchange often; exchange is often, allowed are all, write, off",
        "set mtu high; mtu is high, allowed is a number"})
    void aLineThatCannotBeReadIsNamed(String line, String why) {
        assertThatThrownBy(() -> PacketScript.parse("bad.pkt", "# title\n\n" + line)).isInstanceOf(ScriptException.class)
            .hasMessageStartingWith("bad.pkt:3: " + why);
    }

    @Test
    void setComesFirst() {
        assertThatThrownBy(() -> PacketScript.parse("bad.pkt", "passive\nset mtu 900")).isInstanceOf(ScriptException.class)
            .hasMessage("bad.pkt:2: set comes before everything that happens (set mtu 900)");
    }

    @Test
    void onlyChoosesByProgramOrHardware() {
        PacketScript script = PacketScript.parse("a.pkt", "only hw-tofino tcp-flextoe\npassive");
        assertThat(script.isFor("tcp-laminar", "hw-tofino")).isTrue();
        assertThat(script.isFor("tcp-flextoe", "hw-bluefield")).isTrue();
        assertThat(script.isFor("tcp-laminar", "hw-bluefield")).isFalse();
    }
}
