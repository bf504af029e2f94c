package org.millrace.homa.message;

import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.KeyTable;

/** RPCs and peers by what packets say of them. Owned by: the thread that runs the machine. */
public final class Tables {
    private final Keys keys;
    private final KeyTable calls;
    private final KeyTable requests;
    private final KeyTable streams;
    private final KeyTable peers;

    /**
     * Makes empty ones.
     *
     * @param externs the machine's
     * @param keys    how keys are shared out
     */
    public Tables(Externs externs, Keys keys) {
        this.keys = keys;
        peers = externs.keyTable(keys.calls() - keys.peers());
        calls = externs.keyTable(keys.requests() - keys.calls());
        requests = externs.keyTable(keys.streams() - keys.requests());
        streams = externs.keyTable(keys.end() - keys.streams());
    }

    int call(int localPort, int idHigh, int idLow) {
        return key(calls.lookup(localPort, 0, idHigh, idLow), keys.calls());
    }

    int beginCall(int localPort, int idHigh, int idLow) {
        return key(calls.insert(localPort, 0, idHigh, idLow), keys.calls());
    }

    int request(int peerAddress, int localPort, int idHigh, int idLow) {
        int found = key(requests.lookup(peerAddress, localPort, idHigh, idLow), keys.requests());
        return found != 0 ? found : key(streams.lookup(peerAddress, localPort, idHigh, idLow), keys.streams());
    }

    int begin(boolean isShort, int peerAddress, int localPort, int idHigh, int idLow) {
        return isShort ? key(requests.insert(peerAddress, localPort, idHigh, idLow), keys.requests())
            : key(streams.insert(peerAddress, localPort, idHigh, idLow), keys.streams());
    }

    void end(int rpc) {
        if (rpc >= keys.streams()) {
            streams.release(rpc - keys.streams() + 1);
        } else if (rpc >= keys.requests()) {
            requests.release(rpc - keys.requests() + 1);
        } else {
            calls.release(rpc - keys.calls() + 1);
        }
    }

    /**
     * {@return the key of a peer, or that of nobody}
     *
     * @param address the peer's
     */
    public int peer(int address) {
        int found = key(peers.lookup(address, 0, 0, 0), keys.peers());
        return found != 0 ? found : keys.nobody();
    }

    /** Remembers a peer, if there is room. */
    int meet(int address) {
        int found = key(peers.insert(address, 0, 0, 0), keys.peers());
        return found != 0 ? found : keys.nobody();
    }

    /**
     * Forgets a peer.
     *
     * @param peer its key
     */
    public void forget(int peer) {
        peers.release(peer - keys.peers() + 1);
    }

    private static int key(int index, int first) {
        return index == 0 ? 0 : first + index - 1;
    }
}
