package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AddressesTest {
    private final byte[] bytes = new byte[20];
    private final MemorySegment memory = MemorySegment.ofArray(bytes);

    @Test
    void ipv4IsMapped() throws UnknownHostException {
        memory.fill((byte) 0x55);
        Addresses.write(memory, 2, InetAddress.getByName("10.1.2.255"));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("5555" + "00000000000000000000ffff0a0102ff" + "5555");
    }

    @Test
    void ipv4ComesBackAsIpv4() throws UnknownHostException {
        InetAddress address = InetAddress.getByName("192.168.0.1");
        Addresses.write(memory, 0, address);
        assertThat(Addresses.read(memory, 0)).isInstanceOf(Inet4Address.class).isEqualTo(address);
    }

    @Test
    void ipv6KeepsItsBytes() throws UnknownHostException {
        InetAddress address = InetAddress.getByName("2001:db8::1:ff");
        Addresses.write(memory, 4, address);
        assertThat(memory.asSlice(4, 16).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(address.getAddress());
        assertThat(Addresses.read(memory, 4)).isEqualTo(address);
    }

    @Test
    void sixteenZerosAreTheUnspecifiedIpv6Address() throws UnknownHostException {
        assertThat(Addresses.read(memory, 0)).isEqualTo(InetAddress.getByName("::"));
    }
}
