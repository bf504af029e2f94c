package org.millrace.lab.agilio;

import java.util.Arrays;

/** How evenly something is shared. */
final class Fairness {
    private Fairness() {
    }

    /** {@return Jain's index: 1 if all have as much, one by their number if one has all} */
    static double jain(double[] shares) {
        double sum = Arrays.stream(shares).sum();
        return sum * sum / (shares.length * Arrays.stream(shares).map(share -> share * share).sum());
    }
}
