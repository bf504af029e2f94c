package org.millrace.tcp.control.program;

/**
 * A TCP connection's state in program-neutral form, as in version 5 of docs/state-format.md: what one program exports another can install. Sequence
 * numbers are absolute; buffer position of a byte is its sequence number less that of the stream's first byte.
 */
public final class TcpConnectionState {
    /** ECN not negotiated. */
    public static final int ECN_OFF = 0;
    /** ECN with the echo of RFC 3168 §6.1. */
    public static final int ECN_CLASSIC = 1;
    /** ECN with the echo of RFC 8257 §3.2. */
    public static final int ECN_DCTCP = 2;

    /** Most out-of-order intervals. */
    public static final int MAX_INTERVALS = 5;

    /** Local address, a handle as in the metadata. */
    public int localAddress;
    /** Peer address. */
    public int peerAddress;
    /** Local port. */
    public int localPort;
    /** Peer port. */
    public int peerPort;
    /** Context. */
    public int context;
    /** Connection id in the context. */
    public int connection;

    /** Largest payload of a wire segment that we send, options taken off, bytes. */
    public int mss;
    /** Whether segments carry timestamps. */
    public boolean timestamps;
    /** Whether the peer takes SACK blocks (RFC 2018). */
    public boolean sack;
    /** {@link #ECN_OFF}, {@link #ECN_CLASSIC} or {@link #ECN_DCTCP}. */
    public int ecn;
    /** Nagle's algorithm (RFC 9293 §3.7.4). */
    public boolean nagle;
    /** Only whole segments are sent. */
    public boolean corked;
    /** Most wire segments' payload that an ACK may be held back for: 1 acknowledges each segment at once. */
    public int delayedAckSegments;

    /** Sequence number of the first byte we send (ISS + 1). */
    public int firstSent;
    /** SND.UNA. */
    public int sndUna;
    /** SND.NXT: next to send; below {@link #sndMax} while going back. */
    public int sndNxt;
    /** Highest sequence number ever sent, exclusive. */
    public int sndMax;
    /** Bytes appended by the application and not sent yet, from {@link #sndNxt} on. */
    public int sndReady;
    /** Peer's window from {@link #sndUna} on, bytes, scaled. */
    public int sndWindow;
    /** Largest window that the peer has offered, bytes, scaled (RFC 9293 §3.8.6.2.1 Max(SND.WND)). */
    public int sndWindowMost;
    /** End of the segment sent last that was less than a whole one, as far as little is held back. */
    public int littleEnd;
    /** Shift of the peer's window field (RFC 7323 §2.2). */
    public int sndShift;
    /** Our stream ends behind what is appended. */
    public boolean finQueued;
    /** Our FIN has been sent at least once; then {@link #sndMax} is behind it. */
    public boolean finSent;
    /** Bytes that may be in flight. */
    public int congestionWindow;
    /** CWR is to be sent with the next data (RFC 3168 §6.1.2). */
    public boolean windowReduced;
    /** Duplicate ACKs in a row. */
    public int duplicateAcks;
    /** In fast recovery until this is acknowledged (RFC 6582 recover); meaningful if {@link #recovering}. */
    public int recover;
    /** Whether in fast recovery. */
    public boolean recovering;

    /** Sequence number of the first byte we receive (IRS + 1). */
    public int firstReceived;
    /** RCV.NXT. */
    public int rcvNxt;
    /** Right edge of the window we have advertised, exclusive. */
    public int rcvEdge;
    /** Free receive buffer from {@link #rcvNxt} on, bytes. */
    public int rcvFree;
    /** Shift of our window field. */
    public int rcvShift;
    /** Whether the application has closed: new payload is answered by a reset. */
    public boolean closed;
    /** Whether the peer's FIN has been taken. */
    public boolean finReceived;
    /** Size of the receive buffer, bytes. */
    public int rcvBuffer;
    /** Start of the out-of-order interval that changed last. */
    public int oooStart;
    /** Its length; 0: there is none at all. */
    public int oooLength;
    /** Starts of the other intervals, those that changed later first. */
    public final int[] furtherStarts = new int[MAX_INTERVALS - 1];
    /** Their lengths; 0: there is none in this place. */
    public final int[] furtherLengths = new int[MAX_INTERVALS - 1];
    /** Whether the peer's FIN has come out of order. */
    public boolean oooFin;
    /** Its sequence number; meaningful if {@link #oooFin}. */
    public int oooFinSeq;
    /** Timestamp to echo (TS.Recent). */
    public int tsRecent;
    /** Last ACK sent (Last.ACK.sent, RFC 7323 §4.3). */
    public int lastAckSent;
    /** ECE is to be sent on ACKs. */
    public boolean ecnEcho;

    /** Makes a state with all fields zero. */
    public TcpConnectionState() {
    }
}
