/**
 * The data path's side of applications: their contexts with connection slots, request and event rings; requests read once
 * and checked; payload moved between rings and frames; frames that leave. Nothing here trusts what an application writes.
 * The data path and the transports call in.
 *
 * <p>Threads: the data-path thread, but for {@link org.millrace.runtime.tenant.Grant}, which is the application's.
 */
package org.millrace.runtime.tenant;
