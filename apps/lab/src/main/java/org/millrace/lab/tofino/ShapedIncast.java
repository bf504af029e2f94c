package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.lab.agilio.NoControl;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 5.18: one stream of Laminar to a software host whose link is shaped to a part of its rate. */
final class ShapedIncast extends TofinoExperiment {
    private static final List<Integer> DEGREES = List.of(1, 2, 4, 8, 16);
    private static final int FRAME_BYTES = 1_514;
    private static final int FRAME_DATA_BYTES = 1_448;
    private static final int GAP_BYTES = 24;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long SETTLE_NS = 5_000_000;

    ShapedIncast() {
        super("fig-5.18", "Laminar: streaming under incast, a shaper in front of the receiver (dissertation, Fig. 5.18)");
    }

    @Override
    List<Parameter> own() {
        return List.of(Parameter.whole("rows", DEGREES.size(), 1, DEGREES.size(), "of the table"),
            Parameter.whole("microseconds", 10_000, 50, 10_000_000, "that are measured for each degree"),
            Parameter.whole("marks", 130, 1, 100_000, "frames that wait from which on they are marked; published, without its unit"),
            Parameter.whole("queue", 260, 1, 100_000, "frames that wait at most; not published: twice the marks"));
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 5.18: one stream of Laminar through a shaper", ">degree", ">Gbit/s possible (published: reached)", ">ours", ">error", ">marked", ">dropped",
            ">without control, Gbit/s", ">times lower, published: up to 50", ">dropped");
        List<Double> possible = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        List<Integer> degrees = DEGREES.subList(0, (int) run.whole("rows"));
        for (int degree : degrees) {
            run.progress((double) degrees.indexOf(degree) / degrees.size(), "degree " + degree);
            Outcome on = outcome(run, degree, "dctcp");
            Outcome off = outcome(run, degree, "plug-in:" + NoControl.NAME);
            possible.add(HOST_MBIT / 1e3 / degree * FRAME_DATA_BYTES / (FRAME_BYTES + GAP_BYTES));
            with.add(on.gbit);
            without.add(off.gbit);
            result.row(degree, possible.getLast(), on.gbit, Cells.error(possible.getLast(), on.gbit), on.marked, on.dropped, off.gbit, on.gbit / off.gbit, off.dropped);
        }
        List<Double> across = degrees.stream().map(Integer::doubleValue).toList();
        return result.note(SOFTWARE).note("without control: the window is the buffer, " + BUFFER_BYTES + " bytes, lost segments go again; published where the receiver's stack was slower than "
                + "the link, too, which is not modelled")
            .plot(new Plot("Fig. 5.18", "degree", "Gbit/s", true, true, List.of(new Plot.Series("published (what is possible)", false, across, possible),
                new Plot.Series("Laminar", true, across, with), new Plot.Series("without control", true, across, without))));
    }

    /** What came of a run. */
    private record Outcome(double gbit, long marked, long dropped) {
    }

    private static Outcome outcome(Run run, int degree, String control) throws LabException {
        Rack rack = rack(run);
        Streams streams = new Streams(rack, 0);
        Link.Shape shaped = new Link.Shape(1, HOST_MBIT / degree, run.whole("host-ns") * 1_000, 0, run.whole("queue") * FRAME_BYTES,
            run.whole("marks") * FRAME_BYTES);
        RackHost receiver = rack.host(RackHost.Kind.SOFTWARE, likeTas(1, 2, BUFFER_BYTES), nic(run).down(shaped));
        RackHost sender = rack.host(RackHost.Kind.LAMINAR, laminar(1, 2, BUFFER_BYTES).with(Map.of("congestion", control)), nic(run));
        streams.receive(receiver);
        streams.send(sender, receiver);
        rack.runFor(SETTLE_NS);
        long marked = receiver.down.marked();
        long dropped = receiver.down.dropped();
        double gbit = streams.gbitOver(run.whole("microseconds") * 1_000);
        return new Outcome(gbit, receiver.down.marked() - marked, receiver.down.dropped() - dropped);
    }
}
