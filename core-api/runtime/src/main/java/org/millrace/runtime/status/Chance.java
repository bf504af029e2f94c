package org.millrace.runtime.status;

/** How probable it is that things which fall by chance fall so. */
final class Chance {
    private Chance() {
    }

    /**
     * {@return a bound of the probability that at least {@code some} of {@code all} fall where each falls with a probability of
     * {@code share}; 1 if that is no more than is to be expected} After Chernoff and Hoeffding, for a binomial distribution.
     */
    static double of(long some, long all, double share) {
        double part = all == 0 ? 0 : (double) some / all;
        if (part <= share) {
            return 1;
        }
        double divergence = part * Math.log(part / share) + (part == 1 ? 0 : (1 - part) * Math.log((1 - part) / (1 - share)));
        return Math.exp(-all * divergence);
    }
}
