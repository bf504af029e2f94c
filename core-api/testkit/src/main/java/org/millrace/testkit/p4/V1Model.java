package org.millrace.testkit.p4;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.testkit.p4.run.Architecture;
import org.millrace.testkit.p4.run.Call;
import org.millrace.testkit.p4.run.Native;
import org.millrace.testkit.p4.run.PacketIn;
import org.millrace.testkit.p4.run.ParserFailure;
import org.millrace.testkit.p4.value.BitString;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** The externs of core.p4 and v1model, as BMv2's simple_switch documents them. Meters are green. */
final class V1Model implements Architecture {
    private static final Type COUNT = new Type.Bits(64, false);
    private static final BigInteger DROP = BigInteger.valueOf(V1Switch.DROP_PORT);

    private final Map<String, Native> natives = new HashMap<>();
    private final Random random;

    V1Model(long seed) {
        random = new Random(seed);
        core();
        state();
        functions();
        checksums();
        again();
    }

    @Override
    public Object instance(Type.ExternUse type, List<Object> arguments, String name) {
        return switch (type.extern().name()) {
            case "register" -> new V1Register(type.arguments().getFirst(), (BigInteger) arguments.getFirst());
            case "counter", "meter" -> new V1Register(COUNT, (BigInteger) arguments.getFirst());
            default -> name;
        };
    }

    @Override
    public Native method(String extern, String method) {
        return natives.get(extern.isEmpty() ? method : extern + "." + method);
    }

    private void core() {
        natives.put("packet_in.extract", V1Model::extract);
        natives.put("packet_in.lookahead", call -> ((PacketIn) call.self()).lookahead(call.returns()));
        natives.put("packet_in.advance", call -> {
            ((PacketIn) call.self()).advance(call.number(0).intValue());
            return null;
        });
        natives.put("packet_in.length", call -> BigInteger.valueOf(((PacketIn) call.self()).length()));
        natives.put("packet_out.emit", call -> {
            emit((BitString) call.self(), call.types().getFirst(), call.values()[0]);
            return null;
        });
        natives.put("verify", call -> {
            if (!(Boolean) call.values()[0]) {
                throw new ParserFailure((String) call.values()[1]);
            }
            return null;
        });
        natives.put("static_assert", call -> true);
    }

    private static Object extract(Call call) {
        if (!(call.types().getFirst().base() instanceof Type.Struct header)) {
            throw new IllegalStateException("extract takes a header");
        }
        call.results()[0] = ((PacketIn) call.self()).extract(header, call.values().length > 1 ? call.number(1).intValue() : 0);
        return null;
    }

    private static void emit(BitString to, Type type, Object value) {
        if (value instanceof StructValue s && !s.type().header()) {
            for (int i = 0; i < s.type().fields().size(); i++) {
                emit(to, s.type().fields().get(i).type(), s.field(i));
            }
        } else {
            to.add(type, value);
        }
    }

    private void state() {
        natives.put("register.read", call -> {
            call.results()[0] = ((V1Register) call.self()).read(call.number(1));
            return null;
        });
        natives.put("register.write", call -> {
            ((V1Register) call.self()).write(call.number(0), call.values()[1]);
            return null;
        });
        natives.put("counter.count", call -> {
            ((V1Register) call.self()).add(call.number(0), 1);
            return null;
        });
        natives.put("meter.execute_meter", call -> {
            call.results()[1] = BigInteger.ZERO; // green
            return null;
        });
        natives.put("direct_counter.count", call -> null);
        natives.put("direct_meter.read", call -> {
            call.results()[0] = BigInteger.ZERO;
            return null;
        });
    }

    private void functions() {
        natives.put("mark_to_drop", call -> {
            StructValue standard = (StructValue) call.values()[0];
            standard.field("egress_spec", DROP);
            standard.field("mcast_grp", BigInteger.ZERO);
            call.results()[0] = standard;
            return null;
        });
        natives.put("random", call -> {
            BigInteger low = call.number(1);
            BigInteger span = call.number(2).subtract(low).add(BigInteger.ONE);
            call.results()[0] = low.add(new BigInteger(span.bitLength() + 8, random).mod(span));
            return null;
        });
        natives.put("digest", call -> {
            ((V1Pass) call.pass()).digests.add(call.values()[1]);
            return null;
        });
        natives.put("hash", call -> {
            BigInteger max = call.number(4);
            BigInteger value = max.signum() == 0 ? BigInteger.ZERO : Checksums.of((String) call.values()[1], bits(call, 3)).mod(max);
            call.results()[0] = Values.wrap((Type.Bits) call.types().getFirst().base(), call.number(2).add(value));
            return null;
        });
        natives.put("truncate", call -> {
            ((V1Pass) call.pass()).truncate = call.number(0).intValue();
            return null;
        });
        natives.put("assert", V1Model::asserted);
        natives.put("assume", V1Model::asserted);
        natives.put("log_msg", call -> null);
    }

    private static Object asserted(Call call) {
        if (!(Boolean) call.values()[0]) {
            throw new IllegalStateException("the program's assertion does not hold");
        }
        return null;
    }

    private static BitString bits(Call call, int argument) {
        BitString bits = new BitString();
        bits.add(call.types().get(argument), call.values()[argument]);
        return bits;
    }

    private void checksums() {
        natives.put("verify_checksum", call -> verify(call, false));
        natives.put("verify_checksum_with_payload", call -> verify(call, true));
        natives.put("update_checksum", call -> update(call, false));
        natives.put("update_checksum_with_payload", call -> update(call, true));
    }

    private static BigInteger checksum(Call call, boolean payload) {
        BitString data = bits(call, 1);
        if (payload) {
            BitString rest = ((V1Pass) call.pass()).rest;
            data.add(rest.value(), rest.width());
        }
        return Checksums.of((String) call.values()[3], data).and(Values.mask(Type.width(call.types().get(2))));
    }

    private static Object verify(Call call, boolean payload) {
        if ((Boolean) call.values()[0] && !checksum(call, payload).equals(call.values()[2])) {
            ((V1Pass) call.pass()).standard.field("checksum_error", BigInteger.ONE);
        }
        return null;
    }

    private static Object update(Call call, boolean payload) {
        if ((Boolean) call.values()[0]) {
            call.results()[2] = checksum(call, payload);
        }
        return null;
    }

    private void again() {
        natives.put("clone", call -> {
            ((V1Pass) call.pass()).clone = new V1Pass.Again(call.number(1).longValue(), -1);
            return null;
        });
        natives.put("clone_preserving_field_list", call -> {
            ((V1Pass) call.pass()).clone = new V1Pass.Again(call.number(1).longValue(), call.number(2).intValue());
            return null;
        });
        natives.put("resubmit_preserving_field_list", call -> {
            ((V1Pass) call.pass()).resubmit = new V1Pass.Again(0, call.number(0).intValue());
            return null;
        });
        natives.put("recirculate_preserving_field_list", call -> {
            ((V1Pass) call.pass()).recirculate = new V1Pass.Again(0, call.number(0).intValue());
            return null;
        });
    }
}
