/**
 * What a stage does, read from its compiled class: symbolic execution of {@code process} along its acyclic control
 * flow, helpers and accessors inlined, into guarded paths.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.code.analysis;
