/** A Vert.x transport over libTOE: one line in an application, {@link org.millrace.vertx.MillraceTransport}. */
package org.millrace.vertx;
