package org.millrace.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;

/**
 * Notes what leaves a pipeline, with a copy of its metadata. For {@link ProgramHarness} and for tests of backends.
 *
 * @param <M> the program's metadata
 */
public final class RecordingOutlet<M extends SegmentMeta> implements Outlet<M> {
    private final Supplier<M> metadata;
    private final int words;
    private final List<Departure<M>> departures = new ArrayList<>();
    private final List<Departure<M>> digests = new ArrayList<>();

    /** How an item leaves. */
    public enum Way {
        /** Dropped. */
        DROP,
        /** To the control plane. */
        CONTROL,
        /** Sent. */
        EMIT,
        /** Done, nothing sent. */
        DONE,
        /** Shown to the control plane before it leaves. */
        DIGEST
    }

    /**
     * One item that left.
     *
     * @param way    how
     * @param meta   copy of its metadata
     * @param reason code of the drop or hand-over, else 0
     * @param nowNs  the time told, 0 if none is
     * @param <M>    the metadata
     */
    public record Departure<M extends SegmentMeta>(Way way, M meta, int reason, long nowNs) {
        @Override
        public String toString() {
            return way == Way.DROP ? "DROP(" + DropReason.values()[reason] + ")"
                : way == Way.CONTROL ? "CONTROL(" + reason + ")" : way.name();
        }
    }

    /**
     * An outlet that has seen nothing.
     *
     * @param metadata makes a view of the metadata
     */
    public RecordingOutlet(Supplier<M> metadata) {
        this.metadata = metadata;
        words = Layout.of(metadata.get().getClass()).words();
    }

    private Departure<M> copy(Way way, M meta, int reason, long nowNs) {
        M copy = metadata.get();
        ViewCursor.move(copy, new int[words], 0);
        ViewCursor.copy(meta, copy, words);
        return new Departure<>(way, copy, reason, nowNs);
    }

    @Override
    public void drop(M meta, int reason) {
        departures.add(copy(Way.DROP, meta, reason, 0));
    }

    @Override
    public void control(M meta, int reason, long nowNs) {
        departures.add(copy(Way.CONTROL, meta, reason, nowNs));
    }

    @Override
    public void emit(M meta, long nowNs) {
        departures.add(copy(Way.EMIT, meta, 0, nowNs));
    }

    @Override
    public void done(M meta) {
        departures.add(copy(Way.DONE, meta, 0, 0));
    }

    @Override
    public void digest(M meta, long nowNs) {
        digests.add(copy(Way.DIGEST, meta, 0, nowNs));
    }

    /** {@return what has left, in order} */
    public List<Departure<M>> departures() {
        return List.copyOf(departures);
    }

    /** {@return what was shown to the control plane, in order} */
    public List<Departure<M>> digests() {
        return List.copyOf(digests);
    }

    /** {@return the one item that has left since the last {@link #clear()}; fails if there are none or several} */
    public Departure<M> only() {
        assertLeft(1);
        return departures.getFirst();
    }

    /**
     * Fails unless as many items have left as went in.
     *
     * @param items submitted and mirrored, since the last {@link #clear()}
     */
    public void assertLeft(long items) {
        if (departures.size() != items) {
            throw new AssertionError(items + " items went in, " + departures.size() + " left: " + departures);
        }
    }

    /** Forgets everything. */
    public void clear() {
        departures.clear();
        digests.clear();
    }
}
