package org.millrace.net;

import java.util.List;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.MacAddress;

/** Our own addresses. Immutable. */
final class LocalAddresses {
    private final long mac;
    private final int[] addresses;

    LocalAddresses(MacAddress mac, List<Ipv4Address> addresses) {
        if (mac.bits() == 0 || mac.isMulticast()) {
            throw new IllegalArgumentException("own MAC address is not one station: " + mac);
        }
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no own IPv4 address");
        }
        for (Ipv4Address address : addresses) {
            if (!address.isUnicast()) {
                throw new IllegalArgumentException("own IPv4 address is not one host: " + address);
            }
        }
        this.mac = mac.bits();
        this.addresses = addresses.stream().mapToInt(Ipv4Address::bits).toArray();
    }

    long mac() {
        return mac;
    }

    boolean contains(int address) {
        for (int own : addresses) {
            if (own == address) {
                return true;
            }
        }
        return false;
    }

    /** Returns the own address that shares most leading bits with another, the first of equals. */
    int nearest(int address) {
        int best = addresses[0];
        for (int own : addresses) {
            if (Integer.numberOfLeadingZeros(own ^ address) > Integer.numberOfLeadingZeros(best ^ address)) {
                best = own;
            }
        }
        return best;
    }
}
