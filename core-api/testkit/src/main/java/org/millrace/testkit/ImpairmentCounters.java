package org.millrace.testkit;

/**
 * What an {@link ImpairedPort} has done to the frames of one side. A frame can count in several.
 *
 * @param frames     frames that it looked at
 * @param lost       frames that disappeared
 * @param reordered  frames that were held back
 * @param duplicated frames that came twice
 * @param corrupted  frames with a flipped bit
 */
public record ImpairmentCounters(long frames, long lost, long reordered, long duplicated, long corrupted) {
}
