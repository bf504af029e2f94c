package org.millrace.cli.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.wire.TcpHeader;

/**
 * Attacks on TCP. An attacker sends a frame for each of a good client's two, and the stack does not more work than twice what it does for the
 * client alone, timers included: so a machine that has no time left gives the client half of it at least. The last frames of an attack
 * cost no more than the first, and what the stack keeps of it is bounded.
 */
class AttackTest {
    private static final int ROUNDS = 120;
    private static final int HOLDERS = 1000;
    private static final int SYN_BACKLOG = 32;
    private static final int STREAM = 60_000;
    private static final MutantLoader LOADER = MutantLoader.counting();

    /** Who prepares an attack, and then sends its frames, two a round. */
    private interface Attack {
        /** Gets ready; not counted. */
        default void begin(AttackedStack stack) {
        }

        void frame(AttackedStack stack, int number);
    }

    private static FrameBuilder spoofed(AttackedStack stack) {
        Endpoint anybody = new Endpoint(AttackedStack.BAD.mac(), 0x0a00_0000 | 3 + stack.random.nextInt(60), 1024 + stack.random.nextInt(60_000));
        return FrameBuilder.tcp().from(anybody).to(AttackedStack.US).seq(stack.random.nextInt()).ack(stack.random.nextInt()).window(1000);
    }

    /** Of the good client's connection, at any place. */
    private static FrameBuilder blind(AttackedStack stack) {
        return FrameBuilder.tcp().from(AttackedStack.GOOD).to(AttackedStack.US).seq(stack.random.nextInt()).ack(stack.random.nextInt());
    }

    /** One who has a connection to which the application has written much. */
    private abstract static class Owner implements Attack {
        FrameBuilder syn = FrameBuilder.tcp().mss(1000).sackPermitted();
        int una;

        @Override
        public void begin(AttackedStack stack) {
            String name = stack.open(AttackedStack.BAD, syn);
            una = stack.next(AttackedStack.BAD);
            stack.ask("write", "socket", name, "bytes", STREAM);
            stack.pass(1);
        }

        FrameBuilder acknowledge(AttackedStack stack) {
            return stack.segment(AttackedStack.BAD, 0).ack(una);
        }
    }

    private static int[] sack(int... edges) {
        int[] option = new int[4 + 4 * edges.length];
        option[0] = 1;
        option[1] = 1;
        option[2] = 5;
        option[3] = 2 + 4 * edges.length;
        for (int i = 0; i < 4 * edges.length; i++) {
            option[4 + i] = edges[i / 4] >>> 24 - i % 4 * 8 & 0xff;
        }
        return option;
    }

    static Stream<Arguments> attacks() {
        Map<String, Attack> all = new LinkedHashMap<>();
        all.put("SYN flood", (stack, _) -> stack.send(spoofed(stack).flags(TcpHeader.SYN).mss(1460)));
        all.put("acknowledgements of nobody's connection", (stack, _) -> stack.send(spoofed(stack)));
        all.put("ARP flood", (stack, _) -> stack.send(FrameBuilder.arpRequest(
            new Endpoint(stack.random.nextInt() & 0xffff_ffffL, 0x0a00_0000 | 3 + stack.random.nextInt(250), 0), AttackedStack.US.address())));
        all.put("blind resets", (stack, _) -> stack.send(blind(stack).flags(TcpHeader.RST)));
        all.put("blind SYNs", (stack, _) -> stack.send(blind(stack).flags(TcpHeader.SYN)));
        all.put("blind data", (stack, _) -> stack.send(blind(stack).payload(new byte[100])));
        all.put("ICMP errors", (stack, n) -> stack.send(FrameBuilder.icmp(3, n % 16, 68).from(AttackedStack.GOOD).to(AttackedStack.US)
            .payload(Arrays.copyOfRange(FrameBuilder.tcp().from(AttackedStack.US).to(AttackedStack.GOOD).seq(stack.random.nextInt()).build(), 14, 42))));
        all.put("LAND", (stack, _) -> stack.send(FrameBuilder.tcp().from(AttackedStack.US).to(AttackedStack.US).flags(TcpHeader.SYN)));
        all.put("options of length 0 and 1", (stack, n) -> stack.send(blind(stack).rawOptions(2, n & 1, 3, n & 1, 8, n & 1, 5, n & 1)));
        all.put("connections opened and reset", (stack, n) -> {
            Endpoint from = AttackedStack.BAD.atPort(1024 + n);
            stack.send(FrameBuilder.tcp().from(from).to(AttackedStack.US).seq(7).flags(TcpHeader.SYN).window(1000));
            stack.send(FrameBuilder.tcp().from(from).to(AttackedStack.US).seq(8).flags(TcpHeader.RST));
        });
        all.put("ACK division", new Owner() {
            @Override
            public void frame(AttackedStack stack, int n) {
                una++;
                stack.send(acknowledge(stack));
            }
        });
        all.put("optimistic ACKs", new Owner() {
            @Override
            public void frame(AttackedStack stack, int n) {
                stack.send(acknowledge(stack).ack(stack.next(AttackedStack.BAD) + 1 + n));
            }
        });
        all.put("duplicate ACKs", new Owner() {
            @Override
            public void frame(AttackedStack stack, int n) {
                stack.send(acknowledge(stack));
            }
        });
        all.put("SACK of single bytes", new Owner() {
            @Override
            public void frame(AttackedStack stack, int n) {
                int at = una + 2 * (3 * n % 4000) + 2;
                stack.send(acknowledge(stack).rawOptions(sack(at + 4, at + 5, at + 2, at + 3, at, at + 1)));
            }
        });
        all.put("segments of one byte, from behind", new Owner() {
            @Override
            public void frame(AttackedStack stack, int n) {
                stack.send(stack.segment(AttackedStack.BAD, 3000 - 2 * (n % 1000)).payload(new byte[1]));
            }
        });
        all.put("segments that overlap", new Owner() {
            @Override
            public void frame(AttackedStack stack, int n) {
                stack.send(stack.segment(AttackedStack.BAD, 2 + n % 7 * 100).payload(new byte[500]));
            }
        });
        all.put("window that opens by a byte", new Owner() {
            @Override
            public void frame(AttackedStack stack, int n) {
                stack.send(acknowledge(stack).window(n & 1));
            }
        });
        all.put("segments of one byte asked for", new Owner() {
            @Override
            public void begin(AttackedStack stack) {
                syn = FrameBuilder.tcp().mss(1);
                super.begin(stack);
            }

            @Override
            public void frame(AttackedStack stack, int n) {
                una = stack.next(AttackedStack.BAD);
                stack.send(acknowledge(stack));
            }
        });
        all.put("a thousand zero windows", new Attack() {
            @Override
            public void begin(AttackedStack stack) {
                for (int i = 0; i < HOLDERS; i++) {
                    Endpoint from = AttackedStack.BAD.atPort(2000 + i);
                    String name = stack.open(from, FrameBuilder.tcp().mss(1000));
                    stack.send(stack.segment(from, 0).window(0));
                    stack.ask("write", "socket", name, "bytes", 1000);
                }
                stack.pass(1_000_000);
            }

            @Override
            public void frame(AttackedStack stack, int n) {
                Endpoint from = AttackedStack.BAD.atPort(2000 + n % HOLDERS);
                stack.send(stack.segment(from, 0).window(0));
            }
        });
        return all.entrySet().stream().flatMap(each -> Stream.of("tcp-flextoe", "tcp-laminar")
            .map(program -> Arguments.of(each.getKey(), program, each.getValue())));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("attacks")
    void aGoodClientKeepsHalf(String name, String program, Attack attack) throws Exception {
        try (AttackedStack stack = new AttackedStack(LOADER, program, Map.of("syn-backlog", "" + SYN_BACKLOG))) {
            stack.round();
            long alone = steps(() -> rounds(stack, ROUNDS));
            attack.begin(stack);
            long[] quarters = new long[4];
            for (int q = 0; q < quarters.length; q++) {
                int first = q * ROUNDS / 4;
                quarters[q] = steps(() -> {
                    for (int i = first; i < first + ROUNDS / 4; i++) {
                        attack.frame(stack, 2 * i);
                        attack.frame(stack, 2 * i + 1);
                        stack.round();
                    }
                });
            }
            long attacked = Arrays.stream(quarters).sum();
            System.out.printf("%s on %s: %d steps a round alone, %d attacked, last quarter %d%n", name, program, alone / ROUNDS,
                attacked / ROUNDS, quarters[3] * 4 / ROUNDS);
            assertThat(attacked).as("steps attacked, alone " + alone).isLessThan(2 * alone);
            assertThat(quarters[3]).as("the last quarter of " + Arrays.toString(quarters)).isLessThan(quarters[0] * 3 / 2);
            assertThat(stack.connections()).as("connections and handshakes kept").isLessThanOrEqualTo(HOLDERS + SYN_BACKLOG + 3);
            stack.open(AttackedStack.GOOD.atPort(41_000), FrameBuilder.tcp().mss(1460));
        }
    }

    private static void rounds(AttackedStack stack, int count) {
        for (int i = 0; i < count; i++) {
            stack.round();
        }
    }

    private static long steps(Runnable what) {
        long before = MutantSteps.left();
        what.run();
        return before - MutantSteps.left();
    }
}
