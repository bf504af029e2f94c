package org.millrace.udp;

import java.net.InetSocketAddress;
import org.millrace.wire.Ipv4Address;

/**
 * A socket of an application.
 *
 * @param flow       the data path's number of it
 * @param context    whose it is
 * @param connection its id there
 * @param address    local address, 0: any of this host's
 * @param port       local port
 */
record BoundSocket(int flow, int context, int connection, int address, int port) {
    InetSocketAddress local() {
        return new InetSocketAddress(new Ipv4Address(address).toInetAddress(), port);
    }
}
