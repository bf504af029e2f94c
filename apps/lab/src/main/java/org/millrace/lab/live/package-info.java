/**
 * Experiments on live traffic: Millrace and Linux at the ends of paths that a forwarder of our own emulates, in networks of their own.
 * Time is real, so no two runs are alike. The {@link org.millrace.lab.Lab} names them.
 *
 * <p>Threads: the caller's, which leads; one for the forwarder, one for each Linux host, and two for Millrace, its data path and its
 * application. What passes between them is volatile, or a task that is given to a host.
 */
package org.millrace.lab.live;
