package org.millrace.lab.live;

/**
 * What a path does to frames, each way alike.
 *
 * @param loss           part of the frames that are lost, 0 to 1
 * @param reorder        part of the frames that 1 to {@value Lane#MOST_OVERTAKING} later ones overtake
 * @param roundTripNs    there and back without a queue
 * @param bytesPerSecond of the bottleneck, on the wire
 * @param bufferBytes    that wait at it
 * @param seed           of the dice
 */
record Conditions(double loss, double reorder, long roundTripNs, long bytesPerSecond, long bufferBytes, long seed) {
    private static final long LEAST_BUFFER_BYTES = 512 << 10;

    /** {@return a path whose buffer holds what is on its way in a round trip, or half a megabyte} */
    static Conditions of(double loss, double reorder, long roundTripNs, long bytesPerSecond, long seed) {
        long onItsWay = (long) (bytesPerSecond * (roundTripNs / 1e9));
        return new Conditions(loss, reorder, roundTripNs, bytesPerSecond, Math.max(LEAST_BUFFER_BYTES, onItsWay), seed);
    }
}
