/**
 * A Vert.x over the local data path as a service of the framework.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.vertx.osgi;
