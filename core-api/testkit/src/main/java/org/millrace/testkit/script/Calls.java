package org.millrace.testkit.script;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The calls of a script, as requests to the testbed. */
final class Calls {
    private static final String LISTENER = "listener";

    private final Host host;
    private final String program;
    /** Bytes read of each flow. */
    private final Map<String, Integer> read = new HashMap<>();
    private boolean listening;

    Calls(Host host, String program) {
        this.host = host;
        this.program = program;
    }

    /** {@return what a call must answer: what the script says, or that it does what it is asked; null: anything} */
    String expected(Step step) {
        if (step.result() != null) {
            return step.result();
        }
        List<String> words = step.words();
        return switch (words.getFirst()) {
            case "read", "peek", "write" -> words.getLast();
            case "listen", "accept", "shutdown", "close", "abort" -> "0";
            case "option" -> words.size() > 2 ? "0" : null;
            case "state", "queues", "info", "count" -> String.join(" ", words.subList(1, words.size()));
            default -> null;
        };
    }

    /** {@return what it answered} */
    String call(Step step, Flow flow) {
        Words words = new Words(step.words());
        String name = words.next("a call");
        String answer = switch (name) {
            case "listening" -> listening ? "0" : listen(words);
            case "listen" -> listen(words);
            case "connect" -> result(host.ask("connect", "socket", flow.name, "port", flow.peer.port()));
            case "accept" -> accept(flow);
            case "read", "peek" -> read(name, words.number("bytes"), flow);
            case "write" -> result(host.ask("write", "socket", flow.name, "bytes", words.number("bytes")));
            case "shutdown", "close", "abort" -> result(host.ask(name, "socket", flow.name));
            case "close-listener" -> result(host.ask("close", "socket", LISTENER));
            case "error" -> value(host.ask("option", "socket", flow.name, "name", "SO_ERROR"));
            case "option" -> option(words, flow);
            case "queues" -> queues(words, flow);
            case "info" -> info(words, flow);
            case "state" -> state(words, flow);
            case "count" -> count(words);
            case "swap" -> swap(words);
            default -> throw new IllegalArgumentException("there is no call " + name + ", allowed are passive, active, listen, "
                + "connect, accept, read, peek, write, shutdown, close, abort, close-listener, error, option, queues, info, state, "
                + "count, swap, quiet, skip");
        };
        words.end();
        return answer;
    }

    private String listen(Words words) {
        long backlog = words.take("backlog") ? words.number("backlog") : 128;
        listening = true;
        return result(host.ask("listen", "socket", LISTENER, "port", Flow.LISTENING_PORT, "backlog", backlog));
    }

    private String accept(Flow flow) {
        Map<String, Object> answer = host.ask("accept", "listener", LISTENER, "socket", flow.name);
        Object port = answer.get("peer_port");
        if (port != null && ((Number) port).intValue() != flow.peer.port()) {
            return "the connection from port " + port + ", which is not " + flow.name + "'s";
        }
        return result(answer);
    }

    private String read(String name, long bytes, Flow flow) {
        Map<String, Object> answer = host.ask(name, "socket", flow.name, "bytes", bytes);
        String data = (String) answer.getOrDefault("data", "");
        int from = read.getOrDefault(flow.name, 0);
        int length = data.length() / 2;
        if (!data.equals(HexFormat.of().formatHex(SegmentSpec.pattern(from, length)))) {
            return length + " bytes that are not the stream's from " + from + " on";
        }
        if (name.equals("read")) {
            read.put(flow.name, from + length);
        }
        return result(answer);
    }

    private static String result(Map<String, Object> answer) {
        return answer.getOrDefault("errno", answer.get("result")).toString();
    }

    private static String value(Map<String, Object> answer) {
        return answer.getOrDefault("errno", answer.get("value")).toString();
    }

    /** {@code option NAME} asks, {@code option NAME VALUE} sets. */
    private String option(Words words, Flow flow) {
        String name = words.next("the option's name");
        return words.hasNext() ? result(host.ask("option", "socket", flow.name, "name", name, "value", words.number("value")))
            : value(host.ask("option", "socket", flow.name, "name", name));
    }

    private String queues(Words words, Flow flow) {
        Map<String, Object> answer = host.ask("queues", "socket", flow.name);
        StringBuilder text = new StringBuilder();
        while (words.hasNext()) {
            String which = words.next("");
            words.next("the bytes");
            text.append(which).append(' ').append(answer.get(which)).append(' ');
        }
        return text.toString().strip();
    }

    /** {@code info NAME VALUE...}; a value may be a range. */
    private String info(Words words, Flow flow) {
        Map<String, Object> answer = host.ask("option", "socket", flow.name, "name", "TCP_INFO");
        if (!(answer.get("value") instanceof Map<?, ?> info)) {
            return value(answer);
        }
        StringBuilder text = new StringBuilder();
        while (words.hasNext()) {
            String name = words.next("");
            String wanted = words.next("what " + name + " is to be");
            String is = String.valueOf(info.get(name));
            text.append(name).append(' ').append(isWithin(is, wanted) ? wanted : is).append(' ');
        }
        return text.toString().strip();
    }

    /** {@return whether a text begins with a number of the range {@code FROM..TO}} */
    private static boolean isWithin(String text, String range) {
        String[] ends = range.split("\\.\\.", 2);
        String number = text.replaceFirst("[^0-9].*", "");
        return ends.length == 2 && !number.isEmpty() && Long.parseLong(number) >= Words.number("the least", ends[0])
            && Long.parseLong(number) <= Words.number("the most", ends[1]);
    }

    private String state(Words words, Flow flow) {
        words.next("the state");
        for (Object one : (List<?>) host.ask("connections").get("connections")) {
            Map<?, ?> line = (Map<?, ?>) one;
            if (((Number) line.get("peer_port")).intValue() == flow.peer.port()) {
                return line.get("state").toString();
            }
        }
        return "none";
    }

    /** {@code count N NAME...}; a name that begins with {@code tcp.} is the program's. */
    private String count(Words words) {
        words.number("the count");
        StringBuilder name = new StringBuilder(words.next("the counter's name"));
        while (words.hasNext()) {
            name.append(' ').append(words.next(""));
        }
        String full = name.toString().startsWith("tcp.") ? program + name.substring(3) : name.toString();
        Object value = ((Map<?, ?>) host.ask("counters").get("counters")).get(full);
        return (value == null ? 0 : value) + " " + name;
    }

    /** {@code swap [PROGRAM [HARDWARE]]}: what is not named stays. */
    private String swap(Words words) {
        if (!words.hasNext()) {
            host.ask("swap");
            return "0";
        }
        String to = words.next("");
        if (words.hasNext()) {
            host.ask("swap", "program", to, "hardware", words.next(""));
        } else {
            host.ask("swap", "program", to);
        }
        return "0";
    }
}
