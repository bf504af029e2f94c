package org.millrace.homa.message;

/**
 * How the keys of the stages' states are shared out: below {@link #host} those of sockets, then one for the host, one for
 * what has no state of its own, and a range each for peers, calls of this host, short requests of others and long ones. Each
 * kind has a bound of its own, so that a flood of one leaves the others alone.
 *
 * @param host     key of what is one for all
 * @param peers    first key of a peer
 * @param calls    first key of a call
 * @param requests first key of a request of one packet
 * @param streams  first key of a request of more than one
 * @param end      first key behind them
 */
public record Keys(int host, int peers, int calls, int requests, int streams, int end) {
    /** Least number of keys that can be shared out. */
    public static final int LEAST = 32;

    /**
     * {@return the keys of a host}
     *
     * @param flows how many keys there are, at least {@link #LEAST}
     */
    public static Keys of(int flows) {
        if (flows < LEAST) {
            throw new IllegalArgumentException("flows=" + flows + ": Homa needs " + LEAST + " at least, give it more");
        }
        int eighth = flows / 8;
        int host = flows - 7 * eighth + 1;
        int calls = host + eighth;
        int requests = calls + 3 * eighth;
        return new Keys(host, host + 2, calls, requests, requests + 2 * eighth, flows + 1);
    }

    /** {@return how many keys are not sockets'} */
    public int reserved() {
        return end - host;
    }

    /** {@return key of what has no state of its own: an RPC that never begins, a peer that is not remembered} */
    int nobody() {
        return host + 1;
    }

    /**
     * {@return whether a key is a peer's}
     *
     * @param key the key
     */
    public boolean isPeer(int key) {
        return key >= peers && key < calls;
    }

    /** {@return bits of a request's key, counted from the first one's} */
    int requestBits() {
        return Integer.SIZE - Integer.numberOfLeadingZeros(end - requests - 1);
    }

    /**
     * {@return whether a key is a request's, of another host}
     *
     * @param rpc the key
     */
    public boolean isRequest(int rpc) {
        return rpc >= requests;
    }
}
