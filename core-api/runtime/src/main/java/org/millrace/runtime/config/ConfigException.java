package org.millrace.runtime.config;

import java.util.List;

/** A configuration that cannot be: one line that names the key, the value found and what is allowed. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param key     the key
     * @param found   its value, or null if it is missing
     * @param allowed what may stand there
     */
    public ConfigException(String key, String found, String allowed) {
        super(key + (found == null ? " is missing" : " is '" + found + "'") + ", allowed is " + allowed);
    }

    /**
     * Makes one about a key that there is not.
     *
     * @param key    the key
     * @param known  keys that there are
     * @param others how the others are called
     */
    public ConfigException(String key, List<String> known, String others) {
        super("there is no key " + key + NearestName.of(key, known).map(name -> ": did you mean " + name + "?")
            .orElse("; there are " + String.join(", ", known) + ", " + others));
    }

    /**
     * Makes one from what somebody behind the configuration has said.
     *
     * @param key    the key
     * @param found  its value
     * @param reason why it cannot be
     */
    public ConfigException(String key, String found, Exception reason) {
        super(key + " is '" + found + "': " + reason.getMessage(), reason);
    }
}
