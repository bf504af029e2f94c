package org.millrace.tcp.control.wire;

import java.net.InetSocketAddress;
import org.millrace.wire.Ipv4Address;

/**
 * Both ends of a connection. Comparable, so that a hash map stays fast under crafted collisions.
 *
 * @param localAddress this side's address
 * @param localPort    this side's port
 * @param peerAddress  the peer's address
 * @param peerPort     the peer's port
 */
public record Endpoints(int localAddress, int localPort, int peerAddress, int peerPort) implements Comparable<Endpoints> {
    public static final Endpoints NONE = new Endpoints(0, 0, 0, 0);

    public InetSocketAddress local() {
        return socketAddress(localAddress, localPort);
    }

    public InetSocketAddress peer() {
        return socketAddress(peerAddress, peerPort);
    }

    /** {@return whether both ends are one: nothing can be connected with itself} */
    public boolean isItself() {
        return localAddress == peerAddress && localPort == peerPort;
    }

    /** {@return whether both addresses are loopback ones; those talk to each other only} */
    public boolean isLoopback() {
        return new Ipv4Address(localAddress).isLoopback() && new Ipv4Address(peerAddress).isLoopback();
    }

    /** {@return both addresses in one word} */
    public long addresses() {
        return (long) localAddress << 32 | peerAddress & 0xffff_ffffL;
    }

    /** {@return both ports in one word} */
    public long ports() {
        return (long) localPort << 16 | peerPort;
    }

    @Override
    public int compareTo(Endpoints other) {
        int byAddress = Long.compare(addresses(), other.addresses());
        return byAddress != 0 ? byAddress : Long.compare(ports(), other.ports());
    }

    @Override
    public String toString() {
        return new Ipv4Address(localAddress) + ":" + localPort + "-" + new Ipv4Address(peerAddress) + ":" + peerPort;
    }

    public static InetSocketAddress socketAddress(int address, int port) {
        return new InetSocketAddress(new Ipv4Address(address).toInetAddress(), port);
    }
}
