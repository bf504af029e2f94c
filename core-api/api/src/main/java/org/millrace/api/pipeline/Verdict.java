package org.millrace.api.pipeline;

/**
 * What a stage answers, packed in a long so that it costs nothing.
 *
 * <pre>
 *  63            32 31        16 15         8  7   6  5      0
 * +----------------+------------+------------+---+---+--------+
 * |       0        |  session   |   reason   | M | D | action |
 * +----------------+------------+------------+---+---+--------+
 *  M: mirror the item to session   D: send a digest to the control plane
 * </pre>
 */
public final class Verdict {
    /** On to the next stage; after the last one the item is done. */
    public static final long NEXT = 0;
    /** The item ends here, is accounted for under its reason, and nothing is sent. */
    public static final long DROP = 1;
    /** The item ends here and its frame goes to the control plane. */
    public static final long CONTROL = 2;
    /** The item ends here: a segment is built from the metadata and sent. */
    public static final long EMIT = 3;
    /** The item ends here; its work is done. */
    public static final long DONE = 4;
    /** Flag: the control plane is to see the metadata at the end of the pass. May stand in any stage's verdict. */
    public static final long DIGEST = 0x40;
    /** Flag: a copy of the metadata re-enters as {@link MirrorSession} says. */
    public static final long MIRROR = 0x80;

    private static final long ACTION = 0x3f;

    private Verdict() {
    }

    /**
     * {@return a drop}
     *
     * @param reason why
     */
    public static long drop(int reason) {
        return DROP | (long) reason << 8;
    }

    /**
     * {@return a hand-over to the control plane}
     *
     * @param reason why, a code of the program's, 0 to 255
     */
    public static long control(int reason) {
        return CONTROL | (long) reason << 8;
    }

    /**
     * {@return the flag for a mirror session, to be or-ed}
     *
     * @param session 0 to 65535
     */
    public static long mirror(int session) {
        return MIRROR | (long) session << 16;
    }

    /**
     * {@return the action}
     *
     * @param verdict a verdict
     */
    public static long action(long verdict) {
        return verdict & ACTION;
    }

    /**
     * {@return the reason of a drop or hand-over}
     *
     * @param verdict a verdict
     */
    public static int reason(long verdict) {
        return (int) (verdict >>> 8) & 0xff;
    }

    /**
     * {@return the mirror session}
     *
     * @param verdict a verdict with {@link #MIRROR}
     */
    public static int session(long verdict) {
        return (int) (verdict >>> 16) & 0xffff;
    }
}
