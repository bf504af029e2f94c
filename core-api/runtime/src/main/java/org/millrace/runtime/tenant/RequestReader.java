package org.millrace.runtime.tenant;

import java.lang.foreign.MemorySegment;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.context.JournalEntry.Direction;
import org.millrace.memory.BlockPool;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;

/**
 * Reads the requests of a context. Each field is read once, as part of one of eight words, and then checked: the
 * application may write the slot at the same moment. What cannot come from a sound library is a violation.
 *
 * <p>Owned by: the data-path thread.
 */
public final class RequestReader {
    private static final int MOST_KIND = 0xff;
    private static final long LOW_32 = 0xffff_ffffL;

    private final RequestSink sink;
    private final Counters counters;
    private final IdlePages pages;

    private final OutgoingMessage outgoing = new OutgoingMessage();

    /** The descriptor in hand, as it was read: for the journal. */
    private final MemorySegment asRead = MemorySegment.ofArray(new byte[Descriptor.BYTES]);

    /** Of no meaning; see {@link org.millrace.api.hardware.Pipeline#touch}. */
    private int touched;
    private AppContext context;
    private int type;
    private int flags;
    private int code;
    private int connection;
    private int receiveBytes;
    private int transmitBytes;
    private long opaque;
    private int argument;
    private int localPort;
    private int peerPort;
    private long local0;
    private long local1;
    private long peer0;
    private long peer1;

    public RequestReader(RequestSink sink, Counters counters, IdlePages pages) {
        this.sink = sink;
        this.counters = counters;
        this.pages = pages;
    }

    /**
     * Takes the requests that wait, until they have cost {@code budget}; the last one may exceed it.
     *
     * @return what they have cost, in units of a bump's
     */
    public int read(AppContext from, int budget, long nowNs) {
        context = from;
        DescriptorRing ring = from.requestRing;
        int available = from.requests();
        if (available < 0) {
            from.violation("impossible index of the request ring");
            return 0;
        }
        touch(Math.min(available, budget));
        int taken = 0;
        int work = 0;
        while (taken < available && work < budget && !from.events.hasWaiting() && from.violation() == null) {
            load(ring, ring.peek());
            if (from.journal != null) {
                record(nowNs);
            }
            from.requestRead();
            taken++;
            work += cost(type);
            dispatch(nowNs);
        }
        if (taken > 0) {
            ring.release();
            counters.requests += taken;
        }
        return work;
    }

    /** The first passes over requests: what they will need comes from memory side by side. What they say is only a hint here. */
    private void touch(int requests) {
        if (requests < 2 || !sink.isFar()) {
            return;
        }
        int sum = 0;
        for (int i = 0; i < requests; i++) {
            sum += context.slots.touch(ahead(i));
        }
        for (int i = 0; i < requests; i++) {
            int slot = ahead(i);
            if (slot < context.slots.count() && context.slots.id(slot) != 0) {
                sum += context.touchTransmit(slot);
                sink.touch(context, slot);
            }
        }
        touched += sum;
    }

    /** {@return the slot that a waiting request seems to name} */
    private int ahead(int request) {
        return ContextLayout.slot(context.requestRing.i32(context.requestRing.peek(request), Descriptor.CONNECTION));
    }

    /** What a request costs at most, in units of a bump's: those that reach the control plane look things up there. */
    private static int cost(int type) {
        return switch (type) {
            case Descriptor.BUMP, Descriptor.MESSAGE, Descriptor.RELEASE -> 1;
            case Descriptor.CLOSE, Descriptor.ABORT, Descriptor.UNLISTEN, Descriptor.CANCEL, Descriptor.OPTION -> 4;
            default -> 16;
        };
    }

    private void load(DescriptorRing ring, long at) {
        long first = ring.i64(at, 0);
        long bytes = ring.i64(at, Descriptor.RX_BYTES);
        long rest = ring.i64(at, Descriptor.ARGUMENT);
        type = (int) first & 0xff;
        flags = (int) first >>> 8 & 0xff;
        code = (int) first >>> 16 & 0xffff;
        connection = (int) (first >>> 32);
        receiveBytes = (int) bytes;
        transmitBytes = (int) (bytes >>> 32);
        opaque = ring.i64(at, Descriptor.OPAQUE);
        argument = (int) rest;
        localPort = (int) (rest >>> 32) & 0xffff;
        peerPort = (int) (rest >>> 48);
        local0 = ring.i64(at, Descriptor.LOCAL_ADDRESS);
        local1 = ring.i64(at, Descriptor.LOCAL_ADDRESS + 8);
        peer0 = ring.i64(at, Descriptor.PEER_ADDRESS);
        peer1 = ring.i64(at, Descriptor.PEER_ADDRESS + 8);
    }

    /** Records what is done: the application may have written something else there since. */
    private void record(long nowNs) {
        asRead.set(Endian.I64, 0, (long) connection << 32 | code << 16 & LOW_32 | flags << 8 | type);
        asRead.set(Endian.I64, Descriptor.RX_BYTES, (long) transmitBytes << 32 | receiveBytes & LOW_32);
        asRead.set(Endian.I64, Descriptor.OPAQUE, opaque);
        asRead.set(Endian.I64, Descriptor.ARGUMENT, (long) peerPort << 48 | (long) localPort << 32 | argument & LOW_32);
        asRead.set(Endian.I64, Descriptor.LOCAL_ADDRESS, local0);
        asRead.set(Endian.I64, Descriptor.LOCAL_ADDRESS + 8, local1);
        asRead.set(Endian.I64, Descriptor.PEER_ADDRESS, peer0);
        asRead.set(Endian.I64, Descriptor.PEER_ADDRESS + 8, peer1);
        context.journal.record(Direction.REQUEST, asRead, 0, nowNs);
    }

    private void dispatch(long nowNs) {
        switch (type) {
            case Descriptor.BUMP -> bump(nowNs);
            case Descriptor.MESSAGE -> message(nowNs);
            case Descriptor.CLOSE -> close(ContextRequest.Kind.CLOSE, nowNs);
            case Descriptor.ABORT -> close(ContextRequest.Kind.ABORT, nowNs);
            case Descriptor.CONNECT -> ask(ContextRequest.Kind.CONNECT, nowNs);
            case Descriptor.LISTEN -> listen(nowNs);
            case Descriptor.BIND -> ask(ContextRequest.Kind.BIND, nowNs);
            case Descriptor.UNLISTEN -> unlisten(nowNs);
            case Descriptor.GIVE_UP -> giveUp(nowNs);
            case Descriptor.HANDOVER -> handOver(nowNs);
            case Descriptor.RELEASE -> release(nowNs);
            case Descriptor.CANCEL -> cancel(nowNs);
            case Descriptor.OPTION -> option(nowNs);
            default -> violation("unknown type");
        }
    }

    private void bump(long nowNs) {
        if ((flags & ~Descriptor.FIN | argument | localPort | peerPort) != 0
            || (opaque | local0 | local1 | peer0 | peer1) != 0) {
            violation("a field that is not BUMP's is set");
            return;
        }
        int slot = slot();
        if (slot < 0) {
            return;
        }
        ConnectionSlots slots = context.slots;
        if (slots.is(slot, ConnectionSlots.MESSAGES)) {
            violation("moves bytes of a message socket as a stream's");
            return;
        }
        boolean finished = slots.is(slot, ConnectionSlots.FINISHED);
        if (code != 0 && !context.growTransmitRing(slot, code)) {
            violation("uses more of its transmit ring than it may");
        } else if (receiveBytes < 0 || receiveBytes > slots.receiveHeld(slot)) {
            violation("consumes more than it was given");
        } else if (overruns(slot) || finished && transmitBytes != 0) {
            violation(finished ? "appends behind the end of its stream" : "appends more than there is room");
        } else if (flags == 0 && transmitBytes > slots.pushLimit(slot) - slots.sentBytes(slot)) {
            violation("appends more than it was granted");
        } else {
            slots.bumped(slot, receiveBytes, transmitBytes, flags != 0);
            pages.used(context, slot);
            context.changed(slot);
            sink.bump(context, slot, receiveBytes, transmitBytes, finished ? 0 : flags, nowNs);
            int consumed = slots.consumedRing(slot, receiveBytes);
            if (consumed > 0) {
                sink.ringConsumed(context, slot, consumed, nowNs);
            }
        }
    }

    private void message(long nowNs) {
        if ((flags | code & ~MOST_KIND | receiveBytes | localPort) != 0 || (local0 | local1) != 0 || !isNumber(opaque)) {
            violation("a field that is not MESSAGE's is set");
            return;
        }
        int slot = messageSlot();
        if (slot < 0) {
            return;
        }
        MessageBuffers messages = context.slots.messages(slot);
        if (overruns(slot) || argument < 0 || argument > context.size().transmitBytes() - transmitBytes) {
            violation("sends a message that is not in its transmit buffer");
        } else if (messages.sending == messages.mostSending) {
            violation("sends more messages than there is room for");
        } else if (!AddressCodec.isIpv4(peer0, peer1)) {
            violation("a peer that is no IPv4 address");
        } else {
            messages.sending++;
            context.slots.transmitHeld(slot, context.slots.transmitHeld(slot) + transmitBytes);
            context.slots.sentBytes(slot, context.slots.sentBytes(slot) + transmitBytes);
            context.slots.passed(slot, transmitBytes);
            outgoing.position = argument;
            outgoing.bytes = transmitBytes;
            outgoing.number = (int) opaque;
            outgoing.kind = code;
            outgoing.peerAddress = AddressCodec.ipv4(peer1);
            outgoing.peerPort = peerPort;
            sink.message(context, slot, outgoing, nowNs);
        }
    }

    private void release(long nowNs) {
        if ((flags | code | receiveBytes | transmitBytes | localPort | peerPort) != 0
            || (opaque | local0 | local1 | peer0 | peer1) != 0) {
            violation("a field that is not RELEASE's is set");
            return;
        }
        int slot = messageSlot();
        if (slot < 0) {
            return;
        }
        int bytes = context.slots.messages(slot).received.release(argument);
        if (bytes == BlockPool.NONE) {
            violation("gives back what it was not given");
            return;
        }
        context.slots.receiveHeld(slot, Math.max(0, context.slots.receiveHeld(slot) - bytes));
        pages.used(context, slot);
        context.changed(slot);
        sink.bump(context, slot, bytes, 0, 0, nowNs);
    }

    private void cancel(long nowNs) {
        if ((flags | code | receiveBytes | transmitBytes | argument | localPort | peerPort) != 0
            || (local0 | local1 | peer0 | peer1) != 0 || !isNumber(opaque)) {
            violation("a field that is not CANCEL's is set");
            return;
        }
        int slot = messageSlot();
        if (slot >= 0) {
            sink.cancel(context, slot, (int) opaque, nowNs);
        }
    }

    private static boolean isNumber(long word) {
        return word >>> Integer.SIZE == 0;
    }

    /** {@return the slot of the message socket named, or a negative number if there is nothing to do} */
    private int messageSlot() {
        int slot = slot();
        if (slot >= 0 && !context.slots.is(slot, ConnectionSlots.MESSAGES)) {
            violation("takes a stream for a message socket");
            return -1;
        }
        return slot;
    }

    private boolean overruns(int slot) {
        return transmitBytes < 0
            || transmitBytes > context.slots.transmitRing(slot) - context.slots.transmitHeld(slot);
    }

    private void close(ContextRequest.Kind kind, long nowNs) {
        if ((flags | code | receiveBytes | transmitBytes | argument | localPort | peerPort) != 0
            || (opaque | local0 | local1 | peer0 | peer1) != 0) {
            violation("a field that is not CLOSE's is set");
            return;
        }
        int slot = slot();
        if (slot < 0) {
            return;
        }
        context.slots.state(slot, ConnectionSlots.CLOSED);
        context.changed(slot);
        sink.request(context, context.slots.transport(slot) + 1,
            new ContextRequest(kind, context.number, connection, 0, null, null, 0), nowNs);
    }

    private void handOver(long nowNs) {
        if ((flags | code | receiveBytes | transmitBytes | localPort | peerPort) != 0
            || (local0 | local1 | peer0 | peer1) != 0) {
            violation("a field that is not HANDOVER's is set");
            return;
        }
        int slot = slot();
        if (slot < 0) {
            return;
        }
        if (context.slots.is(slot, ConnectionSlots.USED) || context.slots.is(slot, ConnectionSlots.MESSAGES)) {
            violation("hands over what it has used");
        } else {
            context.slots.state(slot, ConnectionSlots.CLOSED);
            context.changed(slot);
            sink.handOver(context, slot, argument, opaque, nowNs);
        }
    }

    private void option(long nowNs) {
        if ((flags | receiveBytes | transmitBytes | localPort | peerPort) != 0
            || (opaque | local0 | local1 | peer0 | peer1) != 0) {
            violation("a field that is not OPTION's is set");
            return;
        }
        int slot = slot();
        if (slot < 0) {
            return;
        }
        StreamOption option = StreamOption.ofCode(code);
        if (option == null || !option.allows(argument)) {
            violation(option == null ? "sets an unknown option" : "sets " + option + " to " + argument);
        } else if (context.slots.is(slot, ConnectionSlots.MESSAGES)) {
            violation("sets an option of a message socket");
        } else {
            sink.request(context, context.slots.transport(slot) + 1, new ContextRequest(ContextRequest.Kind.OPTION,
                context.number, connection, code, null, null, argument), nowNs);
        }
    }

    private void listen(long nowNs) {
        boolean alone = flags == Descriptor.ALONE;
        if (alone) {
            flags = 0;
        }
        ask(alone ? ContextRequest.Kind.LISTEN_ALONE : ContextRequest.Kind.LISTEN, nowNs);
    }

    private void ask(ContextRequest.Kind kind, long nowNs) {
        boolean connects = kind == ContextRequest.Kind.CONNECT;
        boolean listens = type == Descriptor.LISTEN;
        int mostRx = connects || listens ? StreamOption.DSCP.most() + 1 : 0;
        if ((flags | connection | transmitBytes) != 0 || receiveBytes < 0 || receiveBytes > mostRx || !listens && argument != 0
            || !connects && (peerPort != 0 || (peer0 | peer1) != 0)) {
            violation("a field that is not " + kind + "'s is set");
            return;
        }
        if (!AddressCodec.isIpv4(local0, local1) || !AddressCodec.isIpv4(peer0, peer1)) {
            refuse(kind);
            return;
        }
        if (context.hasLeft()) {
            return; // nobody waits for the answer
        }
        ContextRequest request = new ContextRequest(kind, context.number, 0, opaque,
            AddressCodec.socket(AddressCodec.ipv4(local1), localPort),
            connects ? AddressCodec.socket(AddressCodec.ipv4(peer1), peerPort) : null, argument, receiveBytes - 1);
        if (!sink.request(context, code, request, nowNs)) {
            violation("unknown transport");
        }
    }

    private void refuse(ContextRequest.Kind kind) {
        int answer = kind == ContextRequest.Kind.CONNECT ? Descriptor.CONNECTED : Descriptor.LISTENING;
        context.events.post(answer, 0, opaque, Status.UNSUPPORTED.code(), 0, null);
    }

    private void unlisten(long nowNs) {
        if ((flags | connection | receiveBytes | transmitBytes | localPort | peerPort) != 0
            || (opaque | local0 | local1 | peer0 | peer1) != 0) {
            violation("a field that is not UNLISTEN's is set");
            return;
        }
        if (!sink.request(context, code, new ContextRequest(ContextRequest.Kind.UNLISTEN, context.number, 0, 0, null,
            null, argument), nowNs)) {
            violation("unknown transport");
        }
    }

    private void giveUp(long nowNs) {
        if ((flags | connection | receiveBytes | transmitBytes | argument | localPort | peerPort) != 0
            || (local0 | local1 | peer0 | peer1) != 0) {
            violation("a field that is not GIVE_UP's is set");
        } else if (!sink.request(context, code, new ContextRequest(ContextRequest.Kind.GIVE_UP, context.number, 0, opaque,
            null, null, 0), nowNs)) {
            violation("unknown transport");
        }
    }

    /** {@return the slot of the connection named, or a negative number if there is nothing to do} */
    private int slot() {
        int slot = context.slots.find(connection);
        if (slot == ConnectionSlots.STALE) {
            counters.staleRequests++;
        } else if (slot == ConnectionSlots.FORGED) {
            violation("names a connection that is not its");
        }
        return slot;
    }

    private void violation(String what) {
        context.violation("request of type " + type + ", connection " + Integer.toHexString(connection) + ": " + what);
    }
}
