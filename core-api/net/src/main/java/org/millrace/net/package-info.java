/**
 * What every transport needs beside itself: routes, neighbours (ARP), ICMP, path MTUs. {@link org.millrace.net.IpLayer}
 * is the door. Control plane: it may allocate, but every table and queue has a bound; time is an argument. Owned by the
 * data path's thread.
 *
 * <p>Threads: the data-path thread.
 */
package org.millrace.net;
