package org.millrace.cli.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.millrace.testkit.script.PacketScript;
import org.millrace.testkit.script.ScriptFailure;

/** All packet scripts on all stacks: docs/packet-scripts.md. {@code -Dscripts=windows} runs those whose path has that. */
class PacketScriptTest {
    private static final Scripts.Choice STACK = Scripts.STACKS.getFirst();

    @TestFactory
    List<DynamicTest> scripts() throws IOException {
        String wanted = System.getProperty("scripts", "");
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Scripts.under(Scripts.HOME)) {
            PacketScript script = Scripts.read(file);
            for (Scripts.Choice stack : Scripts.STACKS) {
                if (file.toString().contains(wanted) && script.isFor(stack.program(), stack.hardware())) {
                    tests.add(DynamicTest.dynamicTest(script.name() + " on " + stack, () -> Scripts.run(script, stack)));
                }
            }
        }
        assertThat(tests).as("scripts whose path has '" + wanted + "'").isNotEmpty();
        return tests;
    }

    /** An exchange of a program for itself changes nothing that a peer or an application sees, whenever it is made. */
    @TestFactory
    List<DynamicTest> scriptsHoldThroughExchanges() throws IOException {
        String wanted = System.getProperty("scripts", "");
        MutantLoader loader = MutantLoader.plain();
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Scripts.under(Scripts.HOME)) {
            PacketScript script = Scripts.read(file);
            PacketScript exchanging = script.exchanging();
            for (Scripts.Choice stack : Scripts.STACKS.subList(0, 2)) {
                if (file.toString().contains(wanted) && script.isExchangeable() && script.isFor(stack.program(), stack.hardware())) {
                    tests.add(DynamicTest.dynamicTest(exchanging.name() + " on " + stack.program(), () -> {
                        MutantSteps.begin(Long.MAX_VALUE);
                        loader.run(exchanging, stack);
                    }));
                }
            }
        }
        return tests;
    }

    private static void fails(String text, String... parts) {
        PacketScript script = PacketScript.parse("wrong.pkt", text);
        assertThatThrownBy(() -> Scripts.run(script, STACK)).isInstanceOf(ScriptFailure.class)
            .hasMessageContainingAll(parts);
    }

    @Test
    void aSegmentThatIsAnotherIsShownBesideTheOneExpected() {
        fails("passive <mss 1000>\nwrite 10\n> . 1:9 ack 1 <mss 7>",
            "wrong.pkt on tcp-flextoe, hw-bluefield, line 3: > . 1:9 ack 1",
            "actual:    > P. 1:11 ack 1 win 65535\n", "sequence numbers are 1:11, not 1:9",
            "option mss 7 is missing", "line 2    write 10");
    }

    @Test
    void whatNobodyExpectedFailsTheLineBeforeWhichItWasSent() {
        fails("passive\nwrite 10\n+10ms read 1", "line 3: +10ms read 1", "nothing before this line", "> P. 1:11 ack 1");
        fails("passive\nwrite 10", "line 2: write 10", "nothing after the last line", "> P. 1:11 ack 1");
        fails("passive\nwrite 10\nquiet", "line 3: quiet", "> P. 1:11 ack 1");
    }

    @Test
    void whatDoesNotComeOrComesAtAnotherTimeFails() {
        fails("passive\n> . 1 ack 2", "line 2", "nothing until 0.001000 s");
        fails("passive\n+20ms..30ms > . 1 ack 2", "line 2", "nothing until 0.030000 s");
        fails("passive\nwrite 10\n> P. 1:11\n+500ms > P. 1:11", "line 4", "it came at 0.2", "earliest is 0.499");
    }

    @Test
    void aCallThatAnswersSomethingElseFails() {
        fails("passive\nread 10", "line 2: read 10", "expected:  10", "actual:    EAGAIN");
        fails("passive\nstate CLOSE-WAIT", "expected:  CLOSE-WAIT", "actual:    ESTABLISHED");
        fails("passive\nwalk 10", "there is no call walk");
    }

    @Test
    void payloadThatIsNotTheStreamsFails() {
        fails("passive <mss 1000>\n< P. 1:11 fill 55\n+0..50ms > . 1 ack 11\nread 10",
            "10 bytes that are not the stream's from 0 on");
    }
}
