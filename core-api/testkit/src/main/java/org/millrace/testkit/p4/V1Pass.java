package org.millrace.testkit.p4;

import java.util.List;
import org.millrace.testkit.p4.run.PacketIn;
import org.millrace.testkit.p4.value.BitString;
import org.millrace.testkit.p4.value.StructValue;

/** A packet on its way through ingress or egress: what its externs ask for. One thread. */
final class V1Pass {
    /** A copy, or the packet once more: what of its metadata it takes along. */
    record Again(long session, int fieldList) {
    }

    final StructValue standard;
    PacketIn in;
    BitString rest = new BitString();
    Again clone;
    Again resubmit;
    Again recirculate;
    int truncate = Integer.MAX_VALUE;
    final List<Object> digests;

    V1Pass(StructValue standard, PacketIn in, List<Object> digests) {
        this.standard = standard;
        this.in = in;
        this.digests = digests;
    }
}
