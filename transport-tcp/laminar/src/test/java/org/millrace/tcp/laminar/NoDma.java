package org.millrace.tcp.laminar;

import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;

/** For tests that do not look at payload. */
public final class NoDma implements PayloadDma {
    @Override
    public void toHost(SegmentMeta meta) {
    }

    @Override
    public void fromHost(SegmentMeta meta) {
    }
}
