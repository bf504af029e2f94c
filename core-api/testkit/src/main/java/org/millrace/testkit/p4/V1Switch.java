package org.millrace.testkit.p4;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.millrace.testkit.p4.check.Checker;
import org.millrace.testkit.p4.run.Block;
import org.millrace.testkit.p4.run.PacketIn;
import org.millrace.testkit.p4.run.ParserFailure;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.source.P4Exception;
import org.millrace.testkit.p4.value.BitString;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/**
 * A switch that runs a P4_16 program for v1model: packets in, packets out, with tables and registers as its control plane sees them. What
 * happens between the blocks follows BMv2's documentation of simple_switch. Time is the caller's. One thread.
 */
public final class V1Switch {
    /** The egress port of what is dropped. */
    public static final int DROP_PORT = 511;

    private static final int INGRESS_CLONE = 1;
    private static final int EGRESS_CLONE = 2;
    private static final int RECIRCULATED = 4;
    private static final int REPLICATED = 5;
    private static final int RESUBMITTED = 6;
    private static final int MAX_PASSES = 64;

    /** A packet at a port. */
    public record Packet(int port, byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Packet p && p.port == port && Arrays.equals(p.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return 31 * port + Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "port " + port + ": " + java.util.HexFormat.of().formatHex(bytes);
        }
    }

    private record Work(byte[] bytes, int port, int instance, StructValue kept, int fieldList) {
    }

    private final Checker.Result program;
    private final List<Block> blocks;
    private final Map<Long, Integer> cloneSessions = new HashMap<>();
    private final Map<Integer, List<Integer>> groups = new HashMap<>();
    private final List<Object> digests = new ArrayList<>();
    private final Deque<Work> waiting = new ArrayDeque<>();
    private long nowUs;

    private V1Switch(Checker.Result program) {
        this.program = program;
        if (!program.mainType().name().equals("V1Switch")) {
            throw new P4Exception("main is " + program.mainType().name() + ", this is a V1Switch");
        }
        blocks = program.parts().stream().map(Block.class::cast).toList();
    }

    /**
     * Reads a program.
     *
     * @param name of the text, for messages
     * @param seed of extern random
     * @throws P4Exception it is not right, with every reason
     */
    public static V1Switch of(String name, String text, long seed) {
        return new V1Switch(Checker.check(name, text, new V1Model(seed)));
    }

    /** Reads a file. */
    public static V1Switch of(Path file, long seed) throws IOException {
        return of(file.toString(), Files.readString(file), seed);
    }

    /** @return the table of that name, with its control's: MyIngress.ipv4_lpm */
    public Table table(String name) {
        return known(program.tables(), name);
    }

    /** @return all tables */
    public Map<String, Table> tables() {
        return program.tables();
    }

    /** @return the register, counter or meter of that name, with its control's */
    public V1Register register(String name) {
        return (V1Register) known(program.instances(), name);
    }

    /** @return whether there is a register of that name */
    public boolean hasRegister(String name) {
        return program.instances().get(name) instanceof V1Register;
    }

    private static <T> T known(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw new IllegalArgumentException("the program has no " + name + "; it has " + new TreeSet<>(all.keySet()));
        }
        return found;
    }

    /** Sends copies of a session to a port. */
    public void cloneSession(long session, int port) {
        cloneSessions.put(session, port);
    }

    /** Sends packets of a multicast group to ports; the first is replica 1. */
    public void multicastGroup(int group, Integer... ports) {
        groups.put(group, List.of(ports));
    }

    /** Sets the timestamps of what comes, in µs. */
    public void nowUs(long us) {
        nowUs = us;
    }

    /** @return what extern digest was given since, and forgets it */
    public List<Object> digests() {
        List<Object> given = List.copyOf(digests);
        digests.clear();
        return given;
    }

    /** @return empty metadata of the program, and standard metadata, for {@link #ingress} */
    public StructValue initial(int parameterOfIngress) {
        return (StructValue) Values.initial(blocks.get(2).type().parameters().get(parameterOfIngress).type());
    }

    /** Runs the ingress control alone, on headers and metadata that change in place. */
    public void ingress(StructValue headers, StructValue metadata, StructValue standard) {
        blocks.get(2).apply(List.of(headers, metadata, standard), new V1Pass(standard, null, digests));
    }

    /** Runs the egress control alone. */
    public void egress(StructValue headers, StructValue metadata, StructValue standard) {
        blocks.get(3).apply(List.of(headers, metadata, standard), new V1Pass(standard, null, digests));
    }

    /** @return what leaves for a packet that comes, in order */
    public List<Packet> receive(int port, byte[] bytes) {
        List<Packet> out = new ArrayList<>();
        waiting.add(new Work(bytes, port, 0, null, -1));
        for (int passes = 0; !waiting.isEmpty(); passes++) {
            if (passes == MAX_PASSES) {
                waiting.clear();
                throw new IllegalStateException("a packet has passed " + MAX_PASSES + " times: it does not end");
            }
            pass(waiting.poll(), out);
        }
        return out;
    }

    private void pass(Work work, List<Packet> out) {
        StructValue metadata = kept(work.kept, work.fieldList);
        StructValue standard = standard(work);
        V1Pass pass = new V1Pass(standard, new PacketIn(work.bytes), digests);
        StructValue headers = parse(pass, metadata);
        if (work.instance == INGRESS_CLONE) {
            egress(new V1Pass(standard, pass.in, digests), headers, metadata, pass.rest, work.port, INGRESS_CLONE, out);
            return;
        }
        blocks.get(1).apply(List.of(headers, metadata), pass);
        blocks.get(2).apply(List.of(headers, metadata, standard), pass);
        if (pass.clone != null && cloneSessions.containsKey(pass.clone.session())) {
            waiting.add(new Work(work.bytes, cloneSessions.get(pass.clone.session()), INGRESS_CLONE, metadata,
                pass.clone.fieldList()));
        }
        int group = number(standard, "mcast_grp");
        if (pass.resubmit != null) {
            waiting.add(new Work(work.bytes, work.port, RESUBMITTED, metadata, pass.resubmit.fieldList()));
        } else if (group != 0) {
            List<Integer> ports = groups.getOrDefault(group, List.of());
            for (int i = 0; i < ports.size(); i++) {
                standard.field("egress_rid", BigInteger.valueOf(i + 1L));
                egress(pass, copy(headers), copy(metadata), pass.rest, ports.get(i), REPLICATED, out);
            }
        } else if (number(standard, "egress_spec") != DROP_PORT) {
            egress(pass, headers, metadata, pass.rest, number(standard, "egress_spec"), work.instance, out);
        }
    }

    private static StructValue copy(StructValue value) {
        return (StructValue) Values.copy(value);
    }

    private static int number(StructValue standard, String field) {
        return ((BigInteger) standard.field(field)).intValue();
    }

    private StructValue standard(Work work) {
        StructValue standard = initial(2);
        standard.field("ingress_port", BigInteger.valueOf(work.instance == INGRESS_CLONE ? 0 : work.port));
        standard.field("instance_type", BigInteger.valueOf(work.instance));
        standard.field("packet_length", BigInteger.valueOf(work.bytes.length));
        standard.field("ingress_global_timestamp", BigInteger.valueOf(nowUs));
        return standard;
    }

    /** Metadata of a packet that passes again: the fields of its list, all others are zero. */
    private StructValue kept(StructValue before, int list) {
        StructValue metadata = initial(1);
        if (before != null && list >= 0) {
            keep(before, metadata, list);
        }
        return metadata;
    }

    private static void keep(StructValue from, StructValue to, int list) {
        for (int i = 0; i < from.type().fields().size(); i++) {
            Type.Field field = from.type().fields().get(i);
            if (field.fieldLists().contains(list)) {
                to.field(i, Values.copy(from.field(i)));
            } else if (from.field(i) instanceof StructValue inner) {
                keep(inner, (StructValue) to.field(i), list);
            }
        }
    }

    private StructValue parse(V1Pass pass, StructValue metadata) {
        StructValue headers = initial(0);
        try {
            blocks.get(0).apply(List.of(pass.in, headers, metadata, pass.standard), pass);
        } catch (ParserFailure e) {
            pass.standard.field("parser_error", e.getMessage());
        }
        pass.rest = pass.in.rest();
        return headers;
    }

    private void egress(V1Pass from, StructValue headers, StructValue metadata, BitString rest, int port, int instance,
            List<Packet> out) {
        StructValue standard = copy(from.standard);
        standard.field("egress_port", BigInteger.valueOf(port));
        standard.field("egress_spec", BigInteger.ZERO);
        standard.field("instance_type", BigInteger.valueOf(instance));
        standard.field("egress_global_timestamp", BigInteger.valueOf(nowUs));
        V1Pass pass = new V1Pass(standard, from.in, digests);
        pass.rest = rest;
        pass.truncate = from.truncate;
        blocks.get(3).apply(List.of(headers, metadata, standard), pass);
        if (pass.clone != null && cloneSessions.containsKey(pass.clone.session())) {
            StructValue kept = kept(metadata, pass.clone.fieldList());
            egress(pass, copy(headers), kept, rest, cloneSessions.get(pass.clone.session()), EGRESS_CLONE, out);
        }
        if (number(standard, "egress_spec") == DROP_PORT) {
            return;
        }
        byte[] bytes = deparse(pass, headers, metadata);
        if (pass.recirculate != null) {
            waiting.add(new Work(bytes, port, RECIRCULATED, metadata, pass.recirculate.fieldList()));
        } else {
            out.add(new Packet(port, bytes));
        }
    }

    private byte[] deparse(V1Pass pass, StructValue headers, StructValue metadata) {
        blocks.get(4).apply(List.of(headers, metadata), pass);
        BitString bits = new BitString();
        blocks.get(5).apply(List.of(bits, headers), pass);
        bits.add(pass.rest.value(), pass.rest.width());
        byte[] bytes = bits.bytes();
        return bytes.length > pass.truncate ? Arrays.copyOf(bytes, pass.truncate) : bytes;
    }
}
