/** A Vert.x over the local data path as a service of the framework. */
package org.millrace.vertx.osgi;
