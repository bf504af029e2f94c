package org.millrace.wire.steer;

import java.util.ArrayList;
import java.util.List;
import org.millrace.wire.Ipv4Header;

/**
 * {@link Steering} as a classic BPF program (bpf(4) of the BSDs, Documentation/networking/filter.rst), for a kernel that
 * steers frames to sockets by what it answers, modulo their number: PACKET_FANOUT_CBPF. ICMP errors are not looked into:
 * the program answers 0 for them, as for all that has no ports, and who gets them hands them over.
 *
 * <p>Loads are relative to the network header, so that a tag which the kernel has taken out makes no difference. The state
 * of the hash is in the filter's scratch words 0 to 3. Immutable.
 */
public final class SteeringFilter {
    private static final int NETWORK = -0x100000; // SKF_NET_OFF
    private static final int ETHER_TYPE = -0x1000; // SKF_AD_OFF + SKF_AD_PROTOCOL
    private static final int LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_WORD_AT_X = 0x40; // BPF_LD | BPF_W | BPF_IND
    private static final int LOAD_CONSTANT = 0x00;
    private static final int LOAD_SCRATCH = 0x60; // BPF_LD | BPF_MEM
    private static final int LOAD_X_SCRATCH = 0x61;
    private static final int STORE = 0x02;
    private static final int TO_X = 0x07;
    private static final int ADD_X = 0x0c;
    private static final int OR_X = 0x4c;
    private static final int XOR_X = 0xac;
    private static final int XOR_CONSTANT = 0xa4;
    private static final int AND_CONSTANT = 0x54;
    private static final int SHIFT_LEFT = 0x64;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN_CONSTANT = 0x06;
    private static final int RETURN_A = 0x16;
    /** Scratch words behind the hash's four: of a rotation, the word of the message, the header's length. */
    private static final int ROTATED = 4;
    private static final int WORD = 5;

    private final List<Long> program = new ArrayList<>();

    private SteeringFilter() {
    }

    /**
     * {@return the program: {@code struct sock_filter}s, the code in bits 0 to 15, the jumps in 16 to 23 and 24 to 31, the
     * constant in 32 to 63}
     *
     * @param steering what it computes
     */
    public static long[] of(Steering steering) {
        SteeringFilter filter = new SteeringFilter();
        filter.guard();
        filter.hash(steering.key());
        return filter.program.stream().mapToLong(Long::longValue).toArray();
    }

    /** Answers 0 for what is not the beginning of TCP; a load beyond the frame ends the program, with 0 too. */
    private void guard() {
        add(LOAD_HALF, ETHER_TYPE);
        elseZero(JUMP_EQUAL, 0x0800, true);
        add(LOAD_HALF, NETWORK + Ipv4Header.FRAGMENT);
        elseZero(JUMP_ANY_BIT, 0x3fff, false);
        add(LOAD_BYTE, NETWORK + Ipv4Header.PROTOCOL);
        elseZero(JUMP_EQUAL, Ipv4Header.TCP, true);
    }

    private void elseZero(int code, int constant, boolean wanted) {
        jump(code, constant, wanted ? 1 : 0, wanted ? 0 : 1);
        add(RETURN_CONSTANT, 0);
    }

    private void hash(long key) {
        int key0 = (int) key;
        int key1 = (int) (key >>> 32);
        set(0, key0);
        set(1, key1);
        set(2, HalfSipHash.INITIAL_2 ^ key0);
        set(3, HalfSipHash.INITIAL_3 ^ key1);
        add(LOAD_WORD, NETWORK + Ipv4Header.SOURCE);
        block();
        add(LOAD_WORD, NETWORK + Ipv4Header.DESTINATION);
        block();
        add(LOAD_BYTE, NETWORK + Ipv4Header.VERSION_IHL);
        add(AND_CONSTANT, 0xf);
        add(SHIFT_LEFT, 2);
        add(TO_X, 0);
        add(LOAD_WORD_AT_X, NETWORK);
        block();
        add(LOAD_CONSTANT, HalfSipHash.last(3));
        block();
        add(LOAD_SCRATCH, 2);
        add(XOR_CONSTANT, HalfSipHash.FINAL_2);
        add(STORE, 2);
        for (int i = 0; i < Steering.FINAL_ROUNDS; i++) {
            round();
        }
        add(LOAD_X_SCRATCH, 1);
        add(LOAD_SCRATCH, 3);
        add(XOR_X, 0);
        add(RETURN_A, 0);
    }

    private void set(int scratch, int value) {
        add(LOAD_CONSTANT, value);
        add(STORE, scratch);
    }

    /** Takes in the accumulator. */
    private void block() {
        add(STORE, WORD);
        combine(XOR_X, 3, WORD);
        for (int i = 0; i < Steering.BLOCK_ROUNDS; i++) {
            round();
        }
        combine(XOR_X, 0, WORD);
    }

    private void round() {
        half(0, 1, 5, 16);
        half(2, 3, 8, 0);
        half(0, 3, 7, 0);
        half(2, 1, 13, 16);
    }

    /** {@code a += b; b = rotate(b, bits) ^ a; a = rotate(a, more)}. */
    private void half(int a, int b, int bits, int more) {
        combine(ADD_X, a, b);
        rotate(b, bits);
        combine(XOR_X, b, a);
        if (more != 0) {
            rotate(a, more);
        }
    }

    private void combine(int operation, int into, int with) {
        add(LOAD_X_SCRATCH, with);
        add(LOAD_SCRATCH, into);
        add(operation, 0);
        add(STORE, into);
    }

    private void rotate(int scratch, int bits) {
        add(LOAD_SCRATCH, scratch);
        add(SHIFT_LEFT, bits);
        add(STORE, ROTATED);
        add(LOAD_SCRATCH, scratch);
        add(SHIFT_RIGHT, Integer.SIZE - bits);
        add(LOAD_X_SCRATCH, ROTATED);
        add(OR_X, 0);
        add(STORE, scratch);
    }

    private void add(int code, int constant) {
        jump(code, constant, 0, 0);
    }

    private void jump(int code, int constant, int ifTrue, int ifFalse) {
        program.add(code | ifTrue << 16 | (long) ifFalse << 24 | (long) constant << 32);
    }
}
