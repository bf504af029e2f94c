/**
 * Homa (Montazeri et al., SIGCOMM 2018; as its authors' Linux implementation speaks it): requests and responses without
 * connections, the receiver granting what is longer than a round trip. The data path has the RPCs, the control plane the
 * sockets and the peers.
 *
 * <p>The runtime calls in. Threads: stages are the backend's; the control plane is the data-path thread's.
 */
package org.millrace.homa;
