package org.millrace.homa;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.homa.message.Keys;
import org.millrace.homa.message.MessageStages;
import org.millrace.homa.message.PeerState;
import org.millrace.homa.message.RpcState;
import org.millrace.homa.message.Socket;
import org.millrace.homa.message.SocketState;

/** The stages' states as the control plane reaches them. Owned by: the data-path thread. */
final class Messages {
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

    void forget(int peer) {
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
}
