package org.millrace.homa.message;

import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.PriorityQueue;

/**
 * RPCs that want to send.
 *
 * @param urgent   what cannot wait
 * @param shortest by what is left of the message that they send
 * @param oldest   the same, by age
 * @param clock    when they want to look around; and the link, when it has room
 */
record Queues(PriorityQueue urgent, PriorityQueue shortest, PriorityQueue oldest, FlowQueue clock) {
    /** {@return empty ones of a machine} */
    static Queues of(Externs externs) {
        return new Queues(externs.priorityQueue(), externs.priorityQueue(), externs.priorityQueue(), externs.flowQueue());
    }
}
