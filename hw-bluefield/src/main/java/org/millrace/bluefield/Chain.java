package org.millrace.bluefield;

import org.millrace.api.execution.MirrorQueue;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;

/** All stages of one workflow of one program, as one method. */
interface Chain {
    /**
     * Runs the stages until one ends the item.
     *
     * @param meta    the item
     * @param words   its metadata's words, for mirrored copies
     * @param mirrors where copies go
     * @param nowNs   the time
     * @return the last verdict, with {@link Verdict#DIGEST} if any stage asked for it
     */
    long run(SegmentMeta meta, int[] words, MirrorQueue mirrors, long nowNs);

    /** Takes a copy if a stage's verdict asks for one. */
    static void mirror(long verdict, int[] words, MirrorQueue mirrors) {
        if ((verdict & Verdict.MIRROR) != 0) {
            mirrors.add(Verdict.session(verdict), words, 0);
        }
    }
}
