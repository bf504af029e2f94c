package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.tofino.TofinoReport;

/** Figure 5.8: one connection, one call under way: what Laminar adds to a packet that the switch only forwards. */
final class UnloadedLatency extends TofinoExperiment {
    private static final List<Integer> BYTES = List.of(64, 1_024);
    private static final double PUBLISHED_MORE_US = 2;
    private static final int BUFFER_BYTES = 1 << 14;
    private static final int RDMA_HEADER_BYTES = 62; // Ethernet, IPv4, UDP, BTH, RETH, immediate, ICRC less what follows 4
    private static final int GAP_BYTES = 24;

    UnloadedLatency() {
        super("fig-5.8", "Laminar: unloaded round trips beside RDMA's (dissertation, Fig. 5.8)");
    }

    @Override
    List<Parameter> own() {
        return List.of(Parameter.whole("rows", BYTES.size(), 1, BYTES.size(), "of the table"), Parameter.whole("calls", 2_000, 100, 100_000_000, "that are counted"));
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 5.8: one connection, one call", ">bytes", ">median us", ">99.99 %", ">RDMA us", ">more than RDMA, us, published", ">ours",
            ">error");
        double passUs = 0;
        List<Double> more = new ArrayList<>();
        List<Integer> sizes = BYTES.subList(0, (int) run.whole("rows"));
        for (int bytes : sizes) {
            run.progress((double) sizes.indexOf(bytes) / sizes.size(), bytes + " B");
            Rack rack = rack(run);
            Calls calls = new Calls(rack, bytes);
            RackHost server = rack.host(RackHost.Kind.LAMINAR, laminar(1, 2, BUFFER_BYTES), nic(run));
            RackHost client = rack.host(RackHost.Kind.LAMINAR, laminar(1, 2, BUFFER_BYTES), nic(run));
            calls.serve(server);
            calls.connect(client, server);
            calls.begin(0);
            calls.run(run.whole("calls"));
            double median = calls.latenciesUs().quantile(0.5);
            double rdma = rdmaUs(run, rack.report(), bytes);
            passUs = rack.report().latencyNs() / 1e3;
            more.add(median - rdma);
            result.row(bytes, median, calls.latenciesUs().quantile(0.9999), rdma, PUBLISHED_MORE_US, median - rdma, Cells.error(PUBLISHED_MORE_US, median - rdma));
        }
        return result.note(String.format("RDMA: the same host times, a frame on a host's link each way, and the ingress stages alone (the testbed forwards what is not "
                + "Laminar's past egress); Laminar: a pass of %.3f us and a recirculated one of %.2f us each way", passUs, run.whole("recirculation-ns") / 1e3))
            .note("the published difference is for 64 B and 1,024 B alike and has the host's work on both ends in it; 0.75 us a recirculated pass is published, too (5.4)")
            .note("absolute times depend on host-ns, of which nothing is published; TAS's and Linux's are theirs")
            .plot(new Plot("Fig. 5.8: more than RDMA", "bytes", "us", false, false, List.of(
                new Plot.Series("published", false, sizes.stream().map(Integer::doubleValue).toList(), Collections.nCopies(sizes.size(), PUBLISHED_MORE_US)),
                new Plot.Series("ours", false, sizes.stream().map(Integer::doubleValue).toList(), more))));
    }

    private static double rdmaUs(Run run, TofinoReport report, int bytes) {
        double hostUs = 4 * (run.whole("host-ns") / 1e3 + run.whole("message-ps") / 1e6);
        double ingressUs = (double) report.placement().latencyCycles(true) / report.machine().pipe().packetClockMhz();
        double linkUs = (RDMA_HEADER_BYTES + bytes + GAP_BYTES) * 8.0 / HOST_MBIT;
        return hostUs + 2 * (ingressUs + linkUs);
    }
}
