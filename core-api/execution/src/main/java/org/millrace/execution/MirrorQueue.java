package org.millrace.execution;

import java.util.List;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Workflow;

/**
 * Mirrored copies on their way back in, first in, first out: all take the same time. It grows to the largest burst and
 * stays there: a copy is never lost. Owned by: the data-path thread.
 */
public final class MirrorQueue {
    private static final int INITIAL_ITEMS = 64;

    private final int itemWords;
    private final int[][] masks;
    private final Workflow[] next;
    private int[] words;
    private int[] sessions;
    private long[] dueCycles;
    private int head;
    private int count;

    /**
     * Makes an empty one.
     *
     * @param mirrors the program's sessions
     * @param layout  of its metadata
     */
    public MirrorQueue(List<MirrorSession> mirrors, Layout layout) {
        itemWords = layout.words();
        int ids = mirrors.stream().mapToInt(MirrorSession::id).max().orElse(-1) + 1;
        masks = new int[ids][];
        next = new Workflow[ids];
        for (MirrorSession mirror : mirrors) {
            masks[mirror.id()] = mask(mirror, layout);
            next[mirror.id()] = mirror.next();
        }
        words = new int[INITIAL_ITEMS * itemWords];
        sessions = new int[INITIAL_ITEMS];
        dueCycles = new long[INITIAL_ITEMS];
    }

    private int[] mask(MirrorSession mirror, Layout layout) {
        int[] mask = new int[itemWords];
        for (String name : mirror.fields()) {
            Layout.Field field = layout.fields().stream().filter(f -> f.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                    "mirror session " + mirror.id() + " carries " + name + ", which is no field of the metadata"));
            int bits = field.bits() == 32 ? -1 : (1 << field.bits()) - 1;
            mask[field.offset() >> 2] |= bits << ((field.offset() & 3) << 3);
        }
        return mask;
    }

    /** {@return whether no copy waits} */
    public boolean isEmpty() {
        return count == 0;
    }

    /** {@return copies that wait} */
    public int size() {
        return count;
    }

    /** {@return when the oldest copy re-enters} */
    public long due() {
        return dueCycles[head];
    }

    /**
     * Copies the session's fields of an item. An unknown session mirrors nothing.
     *
     * @param session  its number
     * @param item     the metadata's words
     * @param dueCycle when the copy re-enters, not before the last one; 0 where a machine counts no cycles
     */
    public void add(int session, int[] item, long dueCycle) {
        if (session >= masks.length || masks[session] == null) {
            return;
        }
        if (count == sessions.length) {
            grow();
        }
        int at = (head + count++) % sessions.length;
        sessions[at] = session;
        dueCycles[at] = dueCycle;
        int[] mask = masks[session];
        for (int i = 0; i < itemWords; i++) {
            words[at * itemWords + i] = item[i] & mask[i];
        }
    }

    /**
     * Takes the oldest copy.
     *
     * @param item the words it is written to
     * @param meta the view over them; its workflow is set
     */
    public void take(int[] item, SegmentMeta meta) {
        System.arraycopy(words, head * itemWords, item, 0, itemWords);
        meta.workflow(next[sessions[head]].ordinal());
        head = (head + 1) % sessions.length;
        count--;
    }

    private void grow() {
        int length = sessions.length;
        int[] largerWords = new int[2 * words.length];
        int[] largerSessions = new int[2 * length];
        long[] largerDue = new long[2 * length];
        for (int i = 0; i < count; i++) {
            int from = (head + i) % length;
            largerSessions[i] = sessions[from];
            largerDue[i] = dueCycles[from];
            System.arraycopy(words, from * itemWords, largerWords, i * itemWords, itemWords);
        }
        words = largerWords;
        sessions = largerSessions;
        dueCycles = largerDue;
        head = 0;
    }
}
