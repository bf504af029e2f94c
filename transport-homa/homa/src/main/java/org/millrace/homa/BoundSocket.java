package org.millrace.homa;

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
 * @param idHigh     upper half of its RPCs' ids
 */
record BoundSocket(int flow, int context, int connection, int address, int port, int idHigh) {
    /** Ports from here on are clients'. */
    static final int FIRST_CLIENT = 0x8000;

    InetSocketAddress local() {
        return new InetSocketAddress(new Ipv4Address(address).toInetAddress(), port);
    }

    boolean isOf(int ofContext, int ofConnection) {
        return context == ofContext && connection == ofConnection;
    }

    boolean isAt(int otherAddress, int otherPort) {
        return port == otherPort && (address == 0 || otherAddress == 0 || address == otherAddress);
    }
}
