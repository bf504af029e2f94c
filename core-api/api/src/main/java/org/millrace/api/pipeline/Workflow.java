package org.millrace.api.pipeline;

/** The path a work item takes through a program. */
public enum Workflow {
    /** A received segment. */
    RX,
    /** A segment that the flow scheduler wants sent. */
    TX,
    /** Host control: an application's bump or a request of the control plane (SYNC in Laminar). */
    HC,
    /** A mirrored copy of an earlier item: Laminar's pseudo segment, a generated grant. */
    MIRROR
}
