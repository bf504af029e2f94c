/**
 * Stages on lanes: replicated, sequenced and reordered as they declare (§4.3.2). What a program's stages say decides where
 * items are numbered and brought into order; a driver, which is virtual time in a model and threads on cores, decides when a
 * lane takes, runs and passes an item.
 *
 * <p>Threads: whoever drives.
 */
package org.millrace.execution.staged;
