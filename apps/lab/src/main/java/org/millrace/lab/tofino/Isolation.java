package org.millrace.lab.tofino;

import java.util.List;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 5.19: 32 connections with a call under way beside 4 streams of 5 Gbit/s, at one server. */
final class Isolation extends TofinoExperiment {
    private static final int CALLERS = 32;
    private static final int STREAMS = 4;
    private static final int CONTEXTS = 4;
    private static final int BYTES = 64;
    private static final int CALL_BUFFER_BYTES = 1 << 12;
    private static final int STREAM_BUFFER_BYTES = 1 << 16;
    private static final long SPREAD_PS = 10_000_000;
    private static final long SETTLE_NS = 200_000;

    Isolation() {
        super("fig-5.19", "Laminar: latency-sensitive connections beside bulk ones (dissertation, Fig. 5.19)");
    }

    @Override
    List<Parameter> own() {
        return List.of(Parameter.whole("microseconds", 3_000, 100, 10_000_000, "that are measured, of each of three phases"),
            Parameter.whole("stream-mbit", 5_000, 1, 100_000, "of each stream"),
            Parameter.whole("streams", STREAMS, 1, 64, "bulk connections"));
    }

    /** What was measured for a while. */
    private record Outcome(double medianUs, double tailUs, double gbit) {
    }

    @Override
    public Result run(Run run) throws LabException {
        run.progress(0, "calls");
        Rack rack = rack(run);
        Calls callers = new Calls(rack, BYTES);
        Streams bulk = new Streams(rack, run.whole("stream-mbit"));
        Runnable beginStreams = hosts(run, rack, callers, bulk);
        callers.begin(SPREAD_PS);
        Outcome calls = outcome(run, rack, callers, bulk);
        run.progress(1 / 3.0, "calls and streams");
        beginStreams.run();
        Outcome both = outcome(run, rack, callers, bulk);
        run.progress(2 / 3.0, "streams");
        callers.pause();
        Outcome streams = outcome(run, rack, callers, bulk);
        Result result = new Result("Fig. 5.19: " + CALLERS + " callers beside " + run.whole("streams") + " streams of " + run.whole("stream-mbit") + " Mbit/s", "what", ">alone",
            ">beside the others", ">change published", ">ours", ">TAS published");
        result.row("calls, median us", calls.medianUs, both.medianUs, "–", change(calls.medianUs, both.medianUs), "–");
        result.row("calls, 99.99 % us", calls.tailUs, both.tailUs, new Cells.Percent(0), change(calls.tailUs, both.tailUs), new Cells.Percent(18));
        result.row("streams, Gbit/s", streams.gbit, both.gbit, new Cells.Percent(0), change(streams.gbit, both.gbit), new Cells.Percent(-30));
        return result.note("published: \"optimal\" for both, no number; TAS loses to sharing of cores, of which there are none here: what is shared is the pipe, the server's link and "
                + "the recirculation")
            .note(SOFTWARE)
            .plot(new Plot("Fig. 5.19: calls, 99.99 %", "streams", "us", false, false, List.of(new Plot.Series("ours", true, List.of(0.0, (double) run.whole("streams")),
                List.of(calls.tailUs, both.tailUs)))));
    }

    private static Cells.Percent change(double alone, double beside) {
        return new Cells.Percent(100 * (beside / alone - 1));
    }

    /** Callers on one host, streams on another, of software as in the testbed; the server is Laminar's. Answers what begins the streams. */
    private static Runnable hosts(Run run, Rack rack, Calls calls, Streams streams) {
        int count = (int) run.whole("streams");
        RackHost server = rack.host(RackHost.Kind.LAMINAR, laminar(CONTEXTS, Math.max(CALLERS, count) + 2, STREAM_BUFFER_BYTES), nic(run));
        RackHost caller = rack.host(RackHost.Kind.SOFTWARE, likeTas(CONTEXTS, CALLERS, CALL_BUFFER_BYTES), nic(run));
        RackHost sender = rack.host(RackHost.Kind.SOFTWARE, likeTas(1, count, STREAM_BUFFER_BYTES), nic(run));
        calls.serve(server);
        streams.receive(server);
        for (int i = 0; i < CALLERS; i++) {
            calls.connect(caller, server);
        }
        return () -> {
            for (int i = 0; i < count; i++) {
                streams.send(sender, server);
            }
        };
    }

    private static Outcome outcome(Run run, Rack rack, Calls calls, Streams streams) {
        rack.runFor(SETTLE_NS);
        calls.latenciesUs().clear();
        double gbit = streams.gbitOver(run.whole("microseconds") * 1_000);
        return new Outcome(calls.latenciesUs().quantile(0.5), calls.latenciesUs().quantile(0.9999), gbit);
    }
}
