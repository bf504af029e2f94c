package org.millrace.testkit.script;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A packet script, docs/packet-scripts.md: read once, run as often as there are stacks to run it on.
 *
 * <pre>{@code
 * PacketScript.parse("fin.pkt", text).run("tcp-laminar", "hw-tofino", testbed::call);
 * }</pre>
 */
public final class PacketScript {
    private static final Map<String, String> NUMBERS = Map.of("receive", "receive_bytes", "transmit", "transmit_bytes",
        "mtu", "mtu", "seed", "seed", "connections", "connections");
    private static final long TOLERANCE_NS = 1_000_000;
    private static final int PEER_ISN = 1_000_000;

    /** Before which lines the program may be exchanged for itself, and nobody notices. */
    private enum Exchange {
        ALL, WRITE, OFF;

        static Exchange of(String value) {
            return Stream.of(values()).filter(one -> one.name().toLowerCase(Locale.ROOT).equals(value)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("exchange is " + value + ", allowed are all, write, off"));
        }

        boolean isBefore(Step step) {
            return switch (this) {
                case ALL -> step.kind() == Step.Kind.SEND || step.kind() == Step.Kind.CALL;
                case WRITE -> step.kind() == Step.Kind.CALL && step.words().getFirst().equals("write");
                case OFF -> false;
            };
        }
    }

    private final String name;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Object> stack = new LinkedHashMap<>();
    private final Map<String, Object> options = new LinkedHashMap<>();
    private final List<String> only = new ArrayList<>();
    private long toleranceNs = TOLERANCE_NS;
    private int peerIsn = PEER_ISN;
    private Exchange exchange = Exchange.ALL;

    private PacketScript(String name) {
        this.name = name;
    }

    /**
     * Reads a script.
     *
     * @param name for messages
     * @param text its lines
     * @return the script
     * @throws ScriptException if a line cannot be read; it names it
     */
    public static PacketScript parse(String name, String text) {
        PacketScript script = new PacketScript(name);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String bare = line.replaceFirst("(^|\\s)#.*$", "").strip();
            try {
                script.line(number, bare);
            } catch (IllegalArgumentException e) {
                throw new ScriptException(name + ":" + number + ": " + e.getMessage() + " (" + bare + ")");
            }
        }
        return script;
    }

    private void line(int number, String line) {
        if (line.startsWith("set ")) {
            Words words = new Words(List.of(line.substring(4).strip().split("\\s+")));
            set(words.next("the name of what is set"), words.next("the value"));
            words.end();
        } else if (line.startsWith("only ")) {
            only.addAll(List.of(line.substring(5).strip().split("\\s+")));
        } else if (!line.isEmpty()) {
            steps.addAll(Step.parse(number, line, toleranceNs));
        }
    }

    private void set(String key, String value) {
        if (!steps.isEmpty()) {
            throw new IllegalArgumentException("set comes before everything that happens");
        }
        if (key.startsWith("tcp.")) {
            options.put(key.substring(4), value);
        } else if (key.equals("tolerance")) {
            toleranceNs = Duration.parse(value);
        } else if (key.equals("arp")) {
            stack.put("arp", isOn(key, value));
        } else if (key.equals("exchange")) {
            exchange = Exchange.of(value);
        } else if (key.equals("peer-isn")) {
            peerIsn = (int) Words.number(key, value);
        } else if (NUMBERS.containsKey(key)) {
            stack.put(NUMBERS.get(key), Words.number(key, value));
        } else {
            throw new IllegalArgumentException("there is no " + key + " to set, allowed are tcp.OPTION, tolerance, exchange, arp, peer-isn, "
                + String.join(", ", new TreeSet<>(NUMBERS.keySet())));
        }
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /**
     * {@return whether it is for a stack}
     *
     * @param program  of the stack
     * @param hardware of the stack
     */
    public boolean isFor(String program, String hardware) {
        return only.isEmpty() || only.contains(program) || only.contains(hardware);
    }

    private static boolean isOn(String key, String value) {
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException(key + " is " + value + ", allowed are on, off");
        };
    }

    /** {@return whether it holds too if the program is exchanged meanwhile} */
    public boolean isExchangeable() {
        return exchange != Exchange.OFF;
    }

    /** {@return the same, with an exchange of the program for itself before each line at which it may be} */
    public PacketScript exchanging() {
        PacketScript exchanging = new PacketScript(name + ", exchanging");
        exchanging.stack.putAll(stack);
        exchanging.options.putAll(options);
        exchanging.only.addAll(only);
        exchanging.toleranceNs = toleranceNs;
        exchanging.peerIsn = peerIsn;
        for (Step step : steps) {
            if (exchange.isBefore(step)) {
                exchanging.steps.add(step.before("swap"));
            }
            exchanging.steps.add(step);
        }
        return exchanging;
    }

    /**
     * Runs it on a fresh stack.
     *
     * @param program  the stack's
     * @param hardware the stack's
     * @param testbed  answers the requests of docs/testbed.md
     * @throws ScriptFailure if the stack does something else than the script says
     */
    public void run(String program, String hardware, UnaryOperator<Map<String, Object>> testbed) {
        Map<String, Object> open = new LinkedHashMap<>(stack);
        open.put("op", "open");
        open.put("program", program);
        open.put("hardware", hardware);
        open.put("options", options);
        String where = name + " on " + program + ", " + hardware;
        new ScriptRun(where, program, new Host(testbed, open), peerIsn).run(steps.stream()
            .filter(step -> List.of("", program, hardware).contains(step.only())).toList());
    }
}
