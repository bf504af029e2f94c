package org.millrace.testkit;

import org.millrace.wire.Ipv4Address;
import org.millrace.wire.MacAddress;

/**
 * One end of a conversation in a test.
 *
 * @param mac     MAC address in the low 48 bits
 * @param address IPv4 address, big-endian value
 * @param port    TCP or UDP port
 */
public record Endpoint(long mac, int address, int port) {
    /**
     * {@return the endpoint that these texts name}
     *
     * @param mac     {@code 02:00:00:00:00:01}
     * @param address {@code 10.0.0.1}
     * @param port    TCP or UDP port
     */
    public static Endpoint of(String mac, String address, int port) {
        return new Endpoint(MacAddress.parse(mac).bits(), Ipv4Address.parse(address).bits(), port);
    }

    /**
     * {@return the same host's endpoint at another port}
     *
     * @param other the port
     */
    public Endpoint atPort(int other) {
        return new Endpoint(mac, address, other);
    }

    @Override
    public String toString() {
        return new Ipv4Address(address) + ":" + port;
    }
}
