package org.millrace.runtime.operate;

import java.util.List;

/** An operator's request that was not done; the message is one line and says why. */
public final class OperationException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is. The name in small letters is part of the control socket's protocol. */
    public enum Fault {
        /** The request makes no sense, or names what there is not. */
        REQUEST,
        /** This user may not. */
        DENIED,
        /** It is not possible as things are; nothing has changed. */
        REFUSED,
        /** The data path has ended. */
        DOWN
    }

    private final Fault fault;
    private final transient List<String> reasons;

    /**
     * Makes one.
     *
     * @param fault   whose fault
     * @param message one line
     * @param reasons every reason, if there is more to say
     */
    public OperationException(Fault fault, String message, List<String> reasons) {
        super(message);
        this.fault = fault;
        this.reasons = List.copyOf(reasons);
    }

    /**
     * Makes one that has no more to say.
     *
     * @param fault   whose fault
     * @param message one line
     */
    public OperationException(Fault fault, String message) {
        this(fault, message, List.of());
    }

    /** {@return whose fault it is} */
    public Fault fault() {
        return fault;
    }

    /** {@return every reason, if there is more than the message says} */
    public List<String> reasons() {
        return reasons;
    }
}
