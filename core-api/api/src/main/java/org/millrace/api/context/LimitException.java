package org.millrace.api.context;

/** A limit that the instance was configured with turns somebody away. The message says what to do about it. */
public final class LimitException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final String key;

    /**
     * Makes one.
     *
     * @param key     the configuration's key of the limit
     * @param message who is turned away, at what, and what to do
     */
    public LimitException(String key, String message) {
        super(message);
        this.key = key;
    }

    /** {@return the configuration's key of the limit} */
    public String key() {
        return key;
    }
}
