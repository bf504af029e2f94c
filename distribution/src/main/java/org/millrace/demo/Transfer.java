package org.millrace.demo;

/**
 * A file that has crossed.
 *
 * @param direction   {@code GET}: from Millrace, {@code POST}: to Millrace
 * @param bytes       its length
 * @param elapsedNs   how long it took
 * @param sentHash    SHA-256 where it came from
 * @param arrivedHash SHA-256 where it arrived
 */
record Transfer(String direction, long bytes, long elapsedNs, String sentHash, String arrivedHash) {
    boolean isIntact() {
        return sentHash.equals(arrivedHash);
    }

    double gigabitsPerSecond() {
        return bytes * 8.0 / elapsedNs;
    }
}
