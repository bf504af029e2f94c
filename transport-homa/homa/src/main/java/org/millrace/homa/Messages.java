package org.millrace.homa;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.homa.message.Keys;
import org.millrace.homa.message.MessageStages;
import org.millrace.homa.message.PeerState;
import org.millrace.homa.message.RpcState;
import org.millrace.homa.message.Socket;
import org.millrace.homa.message.SocketState;

/** The stages' states as the control plane reaches them. Owned by: the data-path thread. */
final class Messages {
    private static final int PEER_WORDS = Layout.of(PeerState.class).words();
    private static final int RPC_WORDS = Layout.of(RpcState.class).words();

    private final MessageStages stages;
    private final Keys keys;
    private StateTables states;
    private StateHandle<SocketState> sockets;
    private StateHandle<PeerState> peers;
    private StateHandle<RpcState> rpcs;

    Messages(MessageStages stages, Keys keys) {
        this.stages = stages;
        this.keys = keys;
    }

    void loaded(StateTables tables) {
        states = tables;
        sockets = tables.handle(stages.socket());
        peers = tables.handle(stages.peer());
        rpcs = tables.handle(stages.rpc());
    }

    void bind(BoundSocket socket) {
        try (OpenState open = states.open(socket.flow())) {
            Socket.bind(open.state(sockets), socket.context(), socket.connection(), socket.address(), socket.port(),
                socket.idHigh());
        }
    }

    /** Shows what is known of a peer. Answers false if nothing is. */
    boolean peer(int address, Consumer<PeerState> visitor) {
        int key = stages.tables().peer(address);
        if (!keys.isPeer(key)) {
            return false;
        }
        try (OpenState open = states.open(key)) {
            PeerState state = open.state(peers);
            if (state.address() == address) {
                visitor.accept(state);
                return true;
            }
        }
        return false;
    }

    /** {@return whether something was sent to a peer since this was asked last} */
    boolean wasUsed(int peer) {
        try (OpenState open = states.open(peer)) {
            PeerState state = open.state(peers);
            boolean used = state.used() != 0;
            state.used(0);
            return used;
        }
    }

    /** A peer's place is nobody's: who comes next is new. */
    void forget(int peer) {
        try (OpenState open = states.open(peer)) {
            open.state(peers).address(0);
        }
        stages.tables().forget(peer);
    }

    /** {@return the calls of this host of which something holds} */
    List<Integer> calls(Predicate<RpcState> test) {
        return find(keys.calls(), keys.requests(), test);
    }

    /** {@return the RPCs of which something holds} */
    List<Integer> all(Predicate<RpcState> test) {
        return find(keys.calls(), keys.end(), test);
    }

    private List<Integer> find(int first, int end, Predicate<RpcState> test) {
        List<Integer> found = new ArrayList<>();
        for (int rpc = first; rpc < end; rpc++) {
            try (OpenState open = states.open(rpc)) {
                RpcState state = open.state(rpcs);
                if (state.isLive() && test.test(state)) {
                    found.add(rpc);
                }
            }
        }
        return found;
    }

    /** {@return how many keys there are} */
    int keys() {
        return keys.end();
    }

    int peerWords() {
        return PEER_WORDS;
    }

    int rpcWords() {
        return RPC_WORDS;
    }

    /** {@return the words of each peer that is remembered, by key} */
    Map<Integer, int[]> peerRows() {
        Map<Integer, int[]> rows = new TreeMap<>();
        for (int key = keys.peers(); key < keys.calls(); key++) {
            try (OpenState open = states.open(key)) {
                PeerState state = open.state(peers);
                if (state.address() != 0 && stages.tables().peer(state.address()) == key) {
                    rows.put(key, words(state, PEER_WORDS));
                }
            }
        }
        return rows;
    }

    /** {@return the words of each RPC that there is, by key} */
    Map<Integer, int[]> rpcRows() {
        Map<Integer, int[]> rows = new TreeMap<>();
        for (int rpc : all(state -> true)) {
            try (OpenState open = states.open(rpc)) {
                rows.put(rpc, words(open.state(rpcs), RPC_WORDS));
            }
        }
        return rows;
    }

    private static int[] words(State state, int count) {
        int[] words = new int[count];
        State copy = state instanceof RpcState ? new RpcState() : new PeerState();
        ViewCursor.move(copy, words, 0);
        ViewCursor.copy(state, copy, count);
        return words;
    }

    /** Takes a peer over, those of lower keys before it. */
    void peerRow(int key, int[] words) {
        PeerState read = new PeerState();
        ViewCursor.move(read, words, 0);
        require(stages.tables().restorePeer(key, read.address()), "peer", key);
        try (OpenState open = states.open(key)) {
            ViewCursor.copy(read, open.state(peers), PEER_WORDS);
        }
    }

    /** Takes an RPC over, those of lower keys before it. */
    void rpcRow(int key, int[] words) {
        RpcState read = new RpcState();
        ViewCursor.move(read, words, 0);
        require(stages.tables().restore(key, read), "RPC", key);
        try (OpenState open = states.open(key)) {
            ViewCursor.copy(read, open.state(rpcs), RPC_WORDS);
        }
    }

    private static void require(boolean restored, String what, int key) {
        if (!restored) {
            throw new IllegalArgumentException("the state names " + what + " " + key + ", which is taken here or cannot be");
        }
    }

    /** All has been taken over. */
    void restored() {
        stages.tables().restored();
    }
}
