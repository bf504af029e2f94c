package org.millrace.wire;

/** What an ingress check found wrong with a header. */
public enum HeaderFault {
    /** Nothing: every accessor is safe to use. */
    NONE,
    /** Fewer bytes than the fixed header. */
    TRUNCATED,
    /** Another protocol version. */
    VERSION,
    /** The header claims less than its minimum or more than there is. */
    HEADER_LENGTH,
    /** The packet claims less than its header or more than there is. */
    TOTAL_LENGTH,
    /** The checksum does not add up. */
    CHECKSUM
}
