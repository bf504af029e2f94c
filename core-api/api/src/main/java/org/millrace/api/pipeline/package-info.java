/**
 * Programs and their stages: plain Java that a backend runs, fuses, models or analyses.
 *
 * <p>A {@link org.millrace.api.pipeline.Program} is ordered {@link org.millrace.api.pipeline.Stage}s per
 * {@link org.millrace.api.pipeline.Workflow}. A stage sees its metadata, its own state and the time; never memory,
 * indices, batches or other stages.
 *
 * <p>More than 25 classes, since all of them are the one vocabulary of whoever writes a stage: metadata, state, verdicts, and
 * each extern, which is an interface of its own.
 *
 * <p>Threads: the backend's; see each type.
 */
package org.millrace.api.pipeline;
