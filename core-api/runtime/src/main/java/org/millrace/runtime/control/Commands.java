package org.millrace.runtime.control;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.runtime.OperationException;
import org.millrace.runtime.Operations;

/** The operations by name. Any thread. */
final class Commands {
    private final Map<String, Command> byName = new TreeMap<>();

    Commands(Operations operations) {
        look("status", () -> Reports.status(operations));
        look("hw", () -> Reports.hardware(operations));
        look("transports", () -> Reports.transports(operations));
        look("stats", () -> Reports.stats(operations));
        look("drops", () -> Reports.drops(operations));
        change("stop", (request, answer) -> {
            request.allow();
            answer.result(Map.of("stopping", true, "pid", ProcessHandle.current().pid()));
            operations.stop();
        });
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
