/**
 * A Vert.x transport over libTOE: one line in an application, {@link org.millrace.vertx.MillraceTransport}.
 *
 * <p>Threads: Vert.x's event loops.
 */
package org.millrace.vertx;
