package org.millrace.runtime.swap;

import java.util.List;
import org.millrace.api.hardware.FitReport;

/** A swap has been refused or has failed. Nothing has changed: the old side runs on with all of its connections. */
public final class SwapException extends Exception {
    private static final long serialVersionUID = 1;

    private final SwapStep step;
    private final transient FitReport fit;
    private final transient List<String> misfits;

    /**
     * Says why.
     *
     * @param step   which step
     * @param reason why, for people
     * @param cause  what was thrown, or null
     */
    public SwapException(SwapStep step, String reason, Throwable cause) {
        this(step, reason, cause, null, List.of());
    }

    SwapException(SwapStep step, String reason, Throwable cause, FitReport fit, List<String> misfits) {
        super(reason, cause);
        this.step = step;
        this.fit = fit;
        this.misfits = misfits;
    }

    /** {@return the step that did not succeed} */
    public SwapStep step() {
        return step;
    }

    /** {@return what the hardware said of the program that does not fit, every violation; null: that was not why} */
    public FitReport fit() {
        return fit;
    }

    /** {@return why the program does not fit, for people: every violation, and what would help; empty: that was not why} */
    public List<String> misfits() {
        return misfits;
    }
}
