package org.millrace.benchmarks;

import java.util.List;

/**
 * Under what an echo is measured.
 *
 * @param flows             connections, a multiple of a batch
 * @param withLibrary       whether the application is libTOE's; else it answers descriptors only
 * @param random            whether flows come in random order
 * @param softwareChecksums whether TCP checksums are verified and made in software
 */
record EchoConditions(int flows, boolean withLibrary, boolean random, boolean softwareChecksums) {
    /** {@return conditions by name: {@code libtoe} or {@code raw}, {@code random}, {@code checksums}} */
    static EchoConditions of(int flows, String words) {
        List<String> all = List.of(words.split(","));
        return new EchoConditions(flows, all.contains("libtoe"), all.contains("random"), all.contains("checksums"));
    }

    FlowOrder order() {
        return new FlowOrder(flows, random);
    }
}
