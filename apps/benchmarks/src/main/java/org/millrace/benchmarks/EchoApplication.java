package org.millrace.benchmarks;

import java.net.InetAddress;

/** Sends back what it receives. */
interface EchoApplication {
    void listen(InetAddress address, int port, int backlog);

    /** Takes what has come and sends it back. */
    void echo();

    int connections();
}
