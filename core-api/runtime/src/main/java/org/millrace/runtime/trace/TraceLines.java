package org.millrace.runtime.trace;

import java.util.List;

/**
 * What trace points have recorded since they were last asked.
 *
 * @param lines oldest first: {@code 12.345678901 tcp-flextoe RX.protocol next flow=3 80<5000 payload=1448 …}, the time in
 *              seconds since the data path began
 * @param lost  records that had to go before anybody asked for them
 */
public record TraceLines(List<String> lines, long lost) {
}
