package org.millrace.tcp.flextoe;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;

/** TX and HC pre-processing: connection identification for the headers of a segment to send (§4.3.1.2 Head). */
final class Preprocess implements Stage<FlexMeta, Preprocess.Peer> {
    static final StageSpec<Peer> SPEC =
        StageSpec.perFlow("pre", StageSpec.Concurrency.STATELESS, Peer::new, List.of());

    /** Connection identification (Table 4.1), written at connection establishment. */
    public static final class Peer extends State {
        /** Makes a view that is nowhere yet. */
        public Peer() {
        }

        /** {@return the peer's address} */
        public int peerAddress() {
            return i32(0);
        }

        void peerAddress(int v) {
            i32(0, v);
        }

        /** {@return our address} */
        public int localAddress() {
            return i32(4);
        }

        void localAddress(int v) {
            i32(4, v);
        }

        /** {@return the peer's port} */
        public int peerPort() {
            return u16(8);
        }

        void peerPort(int v) {
            u16(8, v);
        }

        /** {@return our port} */
        public int localPort() {
            return u16(10);
        }

        void localPort(int v) {
            u16(10, v);
        }
    }

    @Override
    public StageSpec<Peer> spec() {
        return SPEC;
    }

    @Override
    public long process(FlexMeta meta, Peer peer, long nowNs) {
        meta.localAddress(peer.localAddress());
        meta.peerAddress(peer.peerAddress());
        meta.localPort(peer.localPort());
        meta.peerPort(peer.peerPort());
        return Verdict.NEXT;
    }
}
