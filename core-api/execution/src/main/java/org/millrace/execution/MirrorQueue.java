package org.millrace.execution;

import java.util.List;
import java.util.Set;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;

/**
 * Mirrored copies on their way back in, first in, first out: all take the same time. A copy is an item of its own, with
 * neither the frame nor the payload of the one it was taken of. One for which no item is left is lost, and counted with
 * the items refused. Owned by: the thread that runs the machine.
 *
 * @param <M> the program's metadata
 */
public final class MirrorQueue<M extends SegmentMeta> {
    private static final Set<String> STAYS = Set.of("frame", "payload");

    private final Items<M> items;
    private final int[][] masks;
    private final Workflow[] next;
    private final ItemQueue<M> queue = new ItemQueue<>();

    /**
     * Makes an empty one.
     *
     * @param mirrors the program's sessions
     * @param layout  of its metadata
     * @param items   where copies come from
     * @throws IllegalArgumentException if a session carries what a copy cannot have, naming both
     */
    public MirrorQueue(List<MirrorSession> mirrors, Layout layout, Items<M> items) {
        this.items = items;
        int ids = mirrors.stream().mapToInt(MirrorSession::id).max().orElse(-1) + 1;
        masks = new int[ids][];
        next = new Workflow[ids];
        for (MirrorSession mirror : mirrors) {
            masks[mirror.id()] = mask(mirror, layout);
            next[mirror.id()] = mirror.next();
        }
    }

    private static int[] mask(MirrorSession mirror, Layout layout) {
        int[] mask = new int[layout.words()];
        for (String name : mirror.fields()) {
            Layout.Field field = layout.fields().stream().filter(f -> f.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                    "mirror session " + mirror.id() + " carries " + name + ", which is no field of the metadata"));
            if (STAYS.contains(name)) {
                throw new IllegalArgumentException("mirror session " + mirror.id() + " carries " + name
                    + ", which stays with the item that came with it");
            }
            int bits = field.bits() == 32 ? -1 : (1 << field.bits()) - 1;
            for (int i = 0; i < field.length(); i++) {
                mask[(field.offset() >> 2) + i] |= bits << ((field.offset() & 3) << 3);
            }
        }
        return mask;
    }

    /** {@return whether no copy waits} */
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    /** {@return copies that wait} */
    public int size() {
        return queue.size();
    }

    /** {@return when the oldest copy re-enters} */
    public long due() {
        return queue.tag();
    }

    /**
     * Takes a copy of an item if a stage's verdict asks for one. An unknown session mirrors nothing.
     *
     * @param verdict  the verdict
     * @param item     the item
     * @param dueCycle when the copy re-enters, not before the last one; 0 where a machine counts no cycles
     * @return whether a copy was asked for
     */
    @SuppressWarnings("unchecked") // a pipeline has items of its program's metadata only
    public boolean mirror(long verdict, SegmentMeta item, long dueCycle) {
        if ((verdict & Verdict.MIRROR) == 0) {
            return false;
        }
        int session = Verdict.session(verdict);
        if (session < masks.length && masks[session] != null) {
            M copy = items.take(next[session]);
            if (copy != null) {
                ViewCursor.copy((M) item, copy, masks[session]);
                copy.workflow(next[session].ordinal());
                queue.add(copy, dueCycle);
            }
        }
        return true;
    }

    /** {@return the oldest copy, which no longer waits} */
    public M take() {
        return queue.take();
    }
}
