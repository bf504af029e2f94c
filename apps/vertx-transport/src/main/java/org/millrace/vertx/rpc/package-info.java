/**
 * Calls over Homa in Vert.x style: futures, buffers, and each caller's own context.
 *
 * <p>Applications call in. Threads: one of each endpoint's own; handlers run on their context.
 */
package org.millrace.vertx.rpc;
