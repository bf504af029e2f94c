package org.millrace.cli.journal;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.millrace.api.context.Status;
import org.millrace.context.JournalEntry;
import org.millrace.memory.Addresses;
import org.millrace.memory.Descriptor;

/**
 * An entry of a journal with the fields of its descriptor.
 *
 * @param entry the entry
 */
record RecordedDescriptor(JournalEntry entry) {
    private static final String[] TYPES = {"", "BUMP", "CONNECT", "LISTEN", "UNLISTEN", "BIND", "MESSAGE", "CLOSE", "ABORT",
        "CONNECTED", "LISTENING", "ACCEPTED", "CLOSED"};

    boolean isRequest() {
        return entry.direction() == JournalEntry.Direction.REQUEST;
    }

    /** {@return whether it is a request that has an answer, told by its opaque number} */
    boolean asks() {
        return isRequest() && (type() == Descriptor.CONNECT || type() == Descriptor.LISTEN || type() == Descriptor.BIND);
    }

    int type() {
        return bytes().get(Descriptor.TYPE) & 0xff;
    }

    String typeName() {
        int type = type();
        return type > 0 && type < TYPES.length ? TYPES[type] : "type " + type;
    }

    boolean fin() {
        return (bytes().get(Descriptor.FLAGS) & Descriptor.FIN) != 0;
    }

    int code() {
        return bytes().getShort(Descriptor.CODE) & 0xffff;
    }

    Status status() {
        return Status.of(code());
    }

    int connection() {
        return bytes().getInt(Descriptor.CONNECTION);
    }

    int receiveBytes() {
        return bytes().getInt(Descriptor.RX_BYTES);
    }

    int transmitBytes() {
        return bytes().getInt(Descriptor.TX_BYTES);
    }

    long opaque() {
        return bytes().getLong(Descriptor.OPAQUE);
    }

    int argument() {
        return bytes().getInt(Descriptor.ARGUMENT);
    }

    InetSocketAddress local() {
        return address(Descriptor.LOCAL_ADDRESS, Descriptor.LOCAL_PORT);
    }

    InetSocketAddress peer() {
        return address(Descriptor.PEER_ADDRESS, Descriptor.PEER_PORT);
    }

    private InetSocketAddress address(int address, int port) {
        InetAddress host = Addresses.read(MemorySegment.ofArray(entry.descriptor()), address);
        return new InetSocketAddress(host.isAnyLocalAddress() ? InetAddress.ofLiteral("0.0.0.0") : host,
            bytes().getShort(port) & 0xffff);
    }

    private ByteBuffer bytes() {
        return ByteBuffer.wrap(entry.descriptor()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the fields that are not zero, by name} */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        add(fields, "connection", connection());
        add(fields, "rx", receiveBytes());
        add(fields, "tx", transmitBytes());
        if (fin()) {
            fields.put("fin", true);
        }
        add(fields, "opaque", opaque());
        boolean answers = !isRequest() && type() >= Descriptor.CONNECTED && type() != Descriptor.ACCEPTED;
        if (answers) {
            fields.put("status", status().name().toLowerCase(Locale.ROOT));
        } else {
            add(fields, "transport", code());
        }
        add(fields, "argument", argument());
        addAddress(fields, "local", local());
        addAddress(fields, "peer", peer());
        return fields;
    }

    private static void add(Map<String, Object> fields, String name, long value) {
        if (value != 0) {
            fields.put(name, value);
        }
    }

    private static void addAddress(Map<String, Object> fields, String name, InetSocketAddress address) {
        if (address.getPort() != 0 || !address.getAddress().isAnyLocalAddress()) {
            fields.put(name, address.getAddress().getHostAddress() + ":" + address.getPort());
        }
    }
}
