package org.millrace.runtime.tenant;

/** A message as an application asks for it to be sent; checked. Reused: valid during a call. */
public final class OutgoingMessage {
    /** Where it lies in the transmit buffer, bytes. */
    public int position;
    /** Its length. */
    public int bytes;
    /** The application's number for it. */
    public int number;
    /** 0 to 255, of the transport's. */
    public int kind;
    /** Whom to. */
    public int peerAddress;
    /** Whom to. */
    public int peerPort;
}
