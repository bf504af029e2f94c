package org.millrace.runtime.capture;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;

/** The captures under way; none costs a look at a field for each frame. Owned by: the data-path thread. */
public final class Captures {
    private static final int MOST = 4;

    private final List<Capture> active = new ArrayList<>();
    private boolean on;

    /** {@return whether any is under way, which looks at all of a frame} */
    public boolean isOn() {
        return on;
    }

    /** Begins one. Throws IllegalStateException if there are as many as there can be. */
    public void begin(Capture capture) {
        if (active.size() == MOST) {
            throw new IllegalStateException("there are " + MOST + " captures under way, no more can be");
        }
        active.add(capture);
        on = true;
    }

    /** Ends one; ended before: nothing. */
    public void end(Capture capture) {
        if (active.remove(capture)) {
            capture.close();
        }
        on = !active.isEmpty();
    }

    /** Offers a received frame; what another shard has received and keeps was met there. */
    public void received(FrameBatch batch, int i, long nowNs) {
        if (on && (batch.flags[i] & FrameBatch.COPIED) == 0) {
            for (int k = 0; k < active.size(); k++) {
                active.get(k).received(batch, i, nowNs);
            }
        }
    }

    public void sent(TransmitBatch batch, long nowNs) {
        for (int k = 0; k < active.size(); k++) {
            for (int i = 0; i < batch.count(); i++) {
                active.get(k).sent(batch, i, nowNs);
            }
        }
    }

    public void endAll() {
        List.copyOf(active).forEach(this::end);
    }
}
