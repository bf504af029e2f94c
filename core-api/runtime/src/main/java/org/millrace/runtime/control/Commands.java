package org.millrace.runtime.control;

import java.util.Map;
import java.util.TreeMap;
import org.millrace.runtime.operate.OperationException;
import org.millrace.runtime.operate.Operations;

/** The operations by name. Any thread. */
final class Commands {
    private final Map<String, Command> byName = new TreeMap<>();

    Commands(Operations operations) {
        look("status", () -> Reports.status(operations));
        look("hw", () -> Reports.hardware(operations));
        look("transports", () -> Reports.transports(operations));
        look("stats", () -> Reports.stats(operations));
        look("shards", () -> Reports.shards(operations));
        look("drops", () -> Reports.drops(operations));
        byName.put("top", new Command(false, (request, answer) -> Rates.stream(operations, request, answer)));
        change("swap", (request, answer) -> Changes.swap(operations, request, answer));
        change("capture", (request, answer) -> Changes.capture(operations, request, answer));
        change("trace", (request, answer) -> Changes.trace(operations, request, answer));
        change("stop", (request, answer) -> Changes.stop(operations, request, answer));
    }

    /** Makes an answer of one line. */
    private interface Report {
        Map<String, ?> make() throws OperationException;
    }

    private void look(String name, Report report) {
        byName.put(name, new Command(false, (request, answer) -> {
            request.allow();
            answer.result(report.make());
        }));
    }

    private void change(String name, Command.Action action) {
        byName.put(name, new Command(true, action));
    }

    Command find(String name) throws OperationException {
        Command command = byName.get(name);
        if (command == null) {
            throw Request.bad("no operation is named '" + name + "'; there are " + String.join(", ", byName.keySet()));
        }
        return command;
    }
}
