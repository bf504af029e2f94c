package org.millrace.code;

/**
 * Something the machine cannot do.
 *
 * @param site      where in the source
 * @param operation what
 * @param limit     the limit that is exceeded
 */
public record Violation(Site site, String operation, String limit) {
}
