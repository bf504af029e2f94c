package org.millrace.runtime.control;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.runtime.operate.OperationException;
import org.millrace.runtime.operate.Operations;
import org.millrace.runtime.operate.RateWatch;

/** What top shows, again and again: an item each interval, until there were enough or the client ends its side. */
final class Rates {
    private static final long MAX_INTERVAL_MS = 60_000;
    private static final long MAX_ITEMS = 1_000_000;
    private static final long MAX_LINES = 100;

    private Rates() {
    }

    static void stream(Operations operations, Request request, Answer answer) throws OperationException, IOException {
        request.allow("interval_ms", "count", "lines");
        long intervalMs = request.number("interval_ms", 1000, 50, MAX_INTERVAL_MS);
        long count = request.number("count", 1, 1, MAX_ITEMS);
        int lines = (int) request.number("lines", 10, 0, MAX_LINES);
        RateWatch watch = operations.rates();
        boolean enough = false;
        for (long i = 0; i < count && !enough; i++) {
            enough = answer.isEnough(intervalMs);
            answer.item(item(operations, watch.look(lines)));
        }
        answer.result(Map.of());
    }

    private static Map<String, Object> item(Operations operations, RateWatch.Rates rates) throws OperationException {
        Map<String, Object> item = new LinkedHashMap<>(Reports.status(operations));
        item.put("seconds", rates.seconds());
        item.put("per_second", rates.perSecond());
        item.put("busiest", rates.connections().stream().filter(busy -> busy.line() != null).map(Rates::busy).toList());
        item.putAll(Reports.drops(operations));
        return item;
    }

    private static Map<String, Object> busy(RateWatch.Busy busy) {
        ConnectionInfo line = busy.line();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("transport", line.transport());
        fields.put("state", line.state());
        fields.put("local", text(line.local()));
        fields.put("peer", text(line.peer()));
        fields.put("context", line.context());
        fields.put("received_per_second", busy.receivedPerSecond());
        fields.put("sent_per_second", busy.sentPerSecond());
        fields.put("detail", line.detail());
        return fields;
    }

    private static String text(InetSocketAddress address) {
        return address == null ? "" : address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
