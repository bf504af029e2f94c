package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.List;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 5.15: one stream to a server of Laminar, by the size of its segments. */
final class SegmentSizes extends TofinoExperiment {
    private static final List<Integer> BYTES = List.of(64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192);
    private static final int HEADER_BYTES = 52; // IPv4, TCP, timestamps
    private static final int FRAME_BYTES = 38; // Ethernet, check sequence, preamble, gap
    private static final int BUFFER_BYTES = 1 << 20;
    private static final double PUBLISHED_MPPS = 25;
    private static final long SETTLE_NS = 300_000;

    SegmentSizes() {
        super("fig-5.15", "Laminar: streaming by segment size (dissertation, Fig. 5.15)");
    }

    @Override
    List<Parameter> own() {
        return List.of(Parameter.whole("rows", BYTES.size(), 1, BYTES.size(), "of the table"),
            Parameter.whole("microseconds", 500, 50, 10_000_000, "that are measured for each size"),
            Parameter.whole("segment-ps", 40_000, 0, 1_000_000, "of NIC and core for a segment: 25 million a second, published"));
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 5.15: one stream, TAS's place to Laminar", ">segment", ">Mpkt/s published", ">ours", ">error", ">Gbit/s published", ">ours", ">error", ">dropped");
        List<Double> expected = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<Integer> sizes = BYTES.subList(0, (int) run.whole("rows"));
        for (int bytes : sizes) {
            run.progress((double) sizes.indexOf(bytes) / sizes.size(), bytes + " B");
            Rack rack = rack(run);
            Streams streams = new Streams(rack, 0);
            RackHost server = rack.host(RackHost.Kind.LAMINAR, laminar(1, 2, BUFFER_BYTES).mtu(bytes + HEADER_BYTES), nic(run));
            RackHost client = rack.host(RackHost.Kind.SOFTWARE, likeTas(1, 2, BUFFER_BYTES).mtu(bytes + HEADER_BYTES),
                nic(run).up(link(run).frames(run.whole("segment-ps"))));
            streams.receive(server);
            streams.send(client, server);
            rack.runFor(SETTLE_NS);
            double gbit = streams.gbitOver(run.whole("microseconds") * 1_000);
            double lineMpps = HOST_MBIT / 8.0 / (bytes + HEADER_BYTES + FRAME_BYTES);
            double published = Math.min(PUBLISHED_MPPS, lineMpps);
            double mpps = gbit * 1_000 / 8 / bytes;
            expected.add(published * bytes * 8 / 1_000);
            ours.add(gbit);
            result.row(bytes, published, mpps, Cells.error(published, mpps), expected.getLast(), gbit, Cells.error(expected.getLast(), gbit), client.up.dropped());
        }
        List<Double> across = sizes.stream().map(Integer::doubleValue).toList();
        return result.calibrated("segment-ps on the published 25 Mpkt/s, which are NIC's and core's: what is tested is that Laminar keeps up with one connection")
            .note("published: 25 Mpkt/s independent of size, the line rate for larger ones; 100 Gbit/s here").note(SOFTWARE)
            .plot(new Plot("Fig. 5.15", "segment, bytes", "Gbit/s", true, true, List.of(new Plot.Series("published", false, across, expected),
                new Plot.Series("ours", true, across, ours))));
    }
}
