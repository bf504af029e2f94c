package org.millrace.api.context;

/**
 * How a limit stands that can turn somebody away.
 *
 * @param key     its name: the configuration's key, or what it depends on
 * @param limit   what is allowed
 * @param taken   what is taken; of a limit for each of several, by the one with most
 * @param refused how often it has turned somebody away
 */
public record Limit(String key, long limit, long taken, long refused) {
}
