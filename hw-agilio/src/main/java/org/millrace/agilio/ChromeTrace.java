package org.millrace.agilio;

import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.millrace.agilio.model.Fpc;
import org.millrace.api.pipeline.Workflow;

/** Visits as events of a Chrome trace: a process an island, a thread a hardware thread. Owned by: the thread that runs the machine. */
final class ChromeTrace implements Trace {
    private static final int THREADS = 64;

    private final int clockMhz;
    private final Consumer<String> to;
    private final Map<Fpc, Integer> numbers = new IdentityHashMap<>();
    private int left;

    ChromeTrace(int visits, int clockMhz, Consumer<String> to) {
        left = visits;
        this.clockMhz = clockMhz;
        this.to = to;
    }

    @Override
    public void visit(Fpc fpc, int thread, int workflow, long fromCycle, long toCycle) {
        if (left-- <= 0) {
            return;
        }
        Integer known = numbers.get(fpc);
        int number = known == null ? numbers.size() : known;
        if (known == null) {
            numbers.put(fpc, number);
        }
        int row = number * THREADS + thread;
        if (known == null) {
            to.accept(String.format(Locale.ROOT, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,\"args\":{\"name\":\"island %d\"}},%n",
                fpc.island(), fpc.island()));
        }
        to.accept(String.format(Locale.ROOT,
            "{\"ph\":\"X\",\"name\":\"%s %s\",\"cat\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%.4f,\"dur\":%.4f},%n", fpc.name(),
            Workflow.values()[workflow], Workflow.values()[workflow], fpc.island(), row, (double) fromCycle / clockMhz,
            (double) (toCycle - fromCycle) / clockMhz));
    }
}
