package org.millrace.api.pipeline;

import java.util.List;

/**
 * What a mirrored copy carries and runs next.
 *
 * @param id       session number, as in {@link Verdict#mirror}
 * @param next     the workflow it re-enters
 * @param fields   names of the metadata fields it carries; all others are 0. {@code frame} and {@code payload} stay
 *                 with the item that came with them
 */
public record MirrorSession(int id, Workflow next, List<String> fields) {
}
