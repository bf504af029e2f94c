/**
 * What executors share: tables of state, items, mirrored copies, and how an item leaves. Hardware backends build on it
 * and call it; it calls the runtime's {@link org.millrace.api.hardware.Outlet} and the program's stages, and starts no
 * thread: everything here belongs to the thread that runs the pipeline.
 *
 * <p>Threads: the one that runs the pipeline.
 */
package org.millrace.execution;
