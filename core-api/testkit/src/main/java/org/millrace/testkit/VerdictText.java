package org.millrace.testkit;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;

/** Verdicts in words, and what can be wrong with one. */
public final class VerdictText {
    private static final long SESSION_BITS = 0xffff_0000L;

    private VerdictText() {
    }

    /**
     * {@return a verdict in words: {@code DROP(DUPLICATE) + DIGEST}}
     *
     * @param verdict any long
     */
    public static String describe(long verdict) {
        int reason = Verdict.reason(verdict);
        long action = Verdict.action(verdict);
        String text = action == Verdict.NEXT ? "NEXT"
            : action == Verdict.DROP ? "DROP(" + dropReason(reason) + ")"
            : action == Verdict.CONTROL ? "CONTROL(" + reason + ")"
            : action == Verdict.EMIT ? "EMIT"
            : action == Verdict.DONE ? "DONE"
            : "unknown action " + action;
        return text + ((verdict & Verdict.DIGEST) != 0 ? " + DIGEST" : "")
            + ((verdict & Verdict.MIRROR) != 0 ? " + MIRROR(" + Verdict.session(verdict) + ")" : "");
    }

    private static String dropReason(int code) {
        DropReason[] reasons = DropReason.values();
        return code < reasons.length ? reasons[code].name() : "code " + code;
    }

    /** {@return what is wrong with a verdict by itself, or null} */
    static String fault(long verdict, List<MirrorSession> mirrors) {
        long action = Verdict.action(verdict);
        int reason = Verdict.reason(verdict);
        if (action > Verdict.DONE || verdict >>> 32 != 0) {
            return String.format("verdict 0x%x is none: action %d, the highest is %d", verdict, action, Verdict.DONE);
        }
        if (action == Verdict.DROP && (reason == DropReason.NONE.code() || reason >= DropReason.values().length)) {
            return "drops without a reason: " + describe(verdict);
        }
        if ((verdict & Verdict.MIRROR) == 0) {
            return (verdict & SESSION_BITS) == 0 ? null : "names a mirror session without MIRROR";
        }
        int session = Verdict.session(verdict);
        return mirrors.stream().anyMatch(m -> m.id() == session) ? null
            : "mirrors to session " + session + ", declared are " + mirrors.stream().map(MirrorSession::id).toList();
    }

    /** {@return what is wrong between the digest and its flag, or null; {@code before} is the digest at the start} */
    static String digestFault(long flags, SegmentMeta meta, int before) {
        boolean digest = (flags & Verdict.DIGEST) != 0;
        if (digest && meta.digest() == 0) {
            return "asks for a digest, but digest() is 0";
        }
        return digest || meta.digest() == before ? null
            : String.format("sets digest() to 0x%x, but the verdict lacks DIGEST", meta.digest());
    }
}
