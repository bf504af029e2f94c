package org.millrace.memory;

import org.millrace.api.context.StreamOption;

/**
 * A descriptor of a context queue, 64 bytes, little-endian, addresses in network order.
 *
 * <pre>
 *  0 u8  type      1 u8 flags    2 u16 code      4 i32 connection
 *  8 i32 rx bytes               12 i32 tx bytes
 * 16 i64 opaque
 * 24 i32 argument               28 u16 local port   30 u16 peer port
 * 32 16 B local address (IPv4 as ::ffff:a.b.c.d)
 * 48 16 B peer address
 * </pre>
 *
 * Fields that a type does not name are 0.
 *
 * <p>Requests, application to data path:
 * <ul>
 * <li>BUMP connection, rx bytes (consumed), tx bytes (appended), flags {@link #FIN}: the stream ends behind them; code: 0,
 *     or the logarithm to base 2 of the bytes of the transmit ring in use from now on, see {@link RingGrowth}
 * <li>CONNECT opaque, code (transport), local and peer address and port, rx bytes ({@link #DSCP})
 * <li>GIVE_UP opaque (a CONNECT's), code (its transport): the application lets go of what has no connection yet; nothing
 *     answers
 * <li>LISTEN opaque, code (transport), local address and port, argument (backlog), flags {@link #ALONE}: nobody else may
 *     listen there, else other contexts of the application may that do not say so either; rx bytes ({@link #DSCP})
 * <li>UNLISTEN code (transport), argument (the listener's number)
 * <li>BIND opaque, code (transport), local address and port
 * <li>MESSAGE connection, tx bytes (message length), argument (where it lies in the transmit buffer, bytes), opaque (the
 *     application's number for it, 32 bits), code (its kind, at most 255; 0 unless the transport has kinds), peer address
 *     and port. Its bytes are the data path's until SENT
 * <li>RELEASE connection, argument (where a message that was received begins): its room is free again; in any order
 * <li>CANCEL connection, opaque (the number of a MESSAGE): the application wants it no more; it may be too late
 * <li>CLOSE connection: after this the application names the id no more; ABORT the same, with a reset
 * <li>HANDOVER connection, argument (number of the context that takes), opaque (a number of that context's owner): a
 *     connection that was accepted, and neither read nor written, goes to another context of the same application, which
 *     hears ACCEPTED; as with CLOSE this context names the id no more
 * <li>OPTION connection, code (of a {@link StreamOption}), argument (its value): nothing answers
 * </ul>
 * Events, data path to application:
 * <ul>
 * <li>BUMP connection, rx bytes (readable), tx bytes (freed), flags FIN: the peer's stream ends behind them; an event
 *     without any of them tells that credits or pacing have changed; {@link #IDLE}: nothing has happened for seconds and
 *     all was acknowledged, so the application may return the transmit ring's pages if it is not writing there (it may
 *     as well ignore this)
 * <li>CONNECTED opaque, connection, code (status)
 * <li>LISTENING opaque, code (status), argument (the listener's number), local address and port
 * <li>ACCEPTED opaque (the LISTEN's or HANDOVER's), connection, code (status; only a HANDOVER can fail)
 * <li>MESSAGE connection, rx bytes (its length), argument (where it begins in the receive buffer; in one piece), opaque (a
 *     number of the transport's, 32 bits), code (its kind), peer address and port
 * <li>SENT connection, argument (where the MESSAGE lay), opaque (its number), code (status): the data path does not need its
 *     bytes any more
 * <li>CLOSED connection, code (status): the connection is over before its time; the application still has to CLOSE it
 * </ul>
 */
public final class Descriptor {
    /** Size, bytes. */
    public static final int BYTES = 64;

    /** Offset of the type. */
    public static final int TYPE = 0;
    /** Offset of the flags. */
    public static final int FLAGS = 1;
    /** Offset of the code: transport, status or ring. */
    public static final int CODE = 2;
    /** Offset of the connection id. */
    public static final int CONNECTION = 4;
    /** Offset of the receive bytes. */
    public static final int RX_BYTES = 8;
    /** Offset of a differentiated services code point, of CONNECT and LISTEN: one more than it; 0: the instance's. */
    public static final int DSCP = RX_BYTES;
    /** Offset of the transmit bytes. */
    public static final int TX_BYTES = 12;
    /** Offset of the opaque number. */
    public static final int OPAQUE = 16;
    /** Offset of the argument. */
    public static final int ARGUMENT = 24;
    /** Offset of the local port. */
    public static final int LOCAL_PORT = 28;
    /** Offset of the peer port. */
    public static final int PEER_PORT = 30;
    /** Offset of the local address. */
    public static final int LOCAL_ADDRESS = 32;
    /** Offset of the peer address. */
    public static final int PEER_ADDRESS = 48;

    /** Type, both ways. */
    public static final int BUMP = 1;
    /** Request type. */
    public static final int CONNECT = 2;
    /** Request type. */
    public static final int LISTEN = 3;
    /** Request type. */
    public static final int UNLISTEN = 4;
    /** Request type. */
    public static final int BIND = 5;
    /** Type, both ways. */
    public static final int MESSAGE = 6;
    /** Request type. */
    public static final int CLOSE = 7;
    /** Request type. */
    public static final int ABORT = 8;
    /** Event type. */
    public static final int CONNECTED = 9;
    /** Event type. */
    public static final int LISTENING = 10;
    /** Event type. */
    public static final int ACCEPTED = 11;
    /** Event type. */
    public static final int CLOSED = 12;
    /** Request type. */
    public static final int HANDOVER = 13;
    /** Request type. */
    public static final int RELEASE = 14;
    /** Request type. */
    public static final int CANCEL = 15;
    /** Event type. */
    public static final int SENT = 16;
    /** Request type. */
    public static final int GIVE_UP = 17;
    /** Request type. */
    public static final int OPTION = 18;

    /** Flag of a BUMP: the stream ends here. */
    public static final int FIN = 1;
    /** Flag of a BUMP event: the connection is idle, the application may return the pages of its transmit ring. */
    public static final int IDLE = 2;

    /** Flag of a LISTEN: no other context may listen there, of the same application either. */
    public static final int ALONE = 4;

    private Descriptor() {
    }
}
