/**
 * What can be said of a running data path: its status with a line a connection, its vitals and what health makes of them,
 * the connection registry. The data path and the operations call in.
 *
 * <p>Threads: the data-path thread collects; the records belong to anybody.
 */
package org.millrace.runtime.status;
