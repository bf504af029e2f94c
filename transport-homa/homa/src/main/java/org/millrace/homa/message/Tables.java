package org.millrace.homa.message;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.KeyTable;

/** RPCs and peers by what packets say of them. Owned by: the thread that runs the machine. */
public final class Tables {
    /** No port is such. */
    private static final int FILLER = -1;

    private record Filler(KeyTable table, int index) {
    }

    private final List<Filler> fillers = new ArrayList<>();
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

    /**
     * Gives a peer the key that it had elsewhere. Into empty tables, in the order of the keys.
     *
     * @param peer    the key
     * @param address the peer's
     * @return whether it has it
     */
    public boolean restorePeer(int peer, int address) {
        return keys.isPeer(peer) && place(peers, peer - keys.peers() + 1, address, 0, 0, 0);
    }

    /**
     * Gives an RPC the key that it had elsewhere. Into empty tables, in the order of the keys.
     *
     * @param rpc   the key
     * @param state what it was
     * @return whether it has it
     */
    public boolean restore(int rpc, RpcState state) {
        if (rpc < keys.calls() || rpc >= keys.end() || !state.isLive() || state.isClient() == keys.isRequest(rpc)) {
            return false;
        }
        if (!keys.isRequest(rpc)) {
            return place(calls, rpc - keys.calls() + 1, state.localPort(), 0, state.idHigh(), state.idLow());
        }
        boolean isShort = rpc < keys.streams();
        return place(isShort ? requests : streams, rpc - (isShort ? keys.requests() : keys.streams()) + 1,
            state.peerAddress(), state.localPort(), state.idHigh(), state.idLow());
    }

    /** A table gives out the index that it likes: keys that nobody has take those that are not wanted, until all is done. */
    private boolean place(KeyTable table, int wanted, int key0, int key1, int key2, int key3) {
        int index = table.lookup(key0, key1, key2, key3) != 0 ? 0 : table.insert(key0, key1, key2, key3);
        while (index != 0 && index != wanted) {
            table.release(index);
            fillers.add(new Filler(table, table.insert(fillers.size(), FILLER, 0, 0)));
            index = table.insert(key0, key1, key2, key3);
        }
        return index != 0;
    }

    /** Nothing more is given its key. */
    public void restored() {
        fillers.forEach(filler -> filler.table.release(filler.index));
        fillers.clear();
    }

    private static int key(int index, int first) {
        return index == 0 ? 0 : first + index - 1;
    }
}
