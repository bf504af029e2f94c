package org.millrace.testkit.p4.run;

import java.math.BigInteger;
import org.millrace.testkit.p4.value.BitString;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** packet_in of core.p4 (§12.8). One thread. */
public final class PacketIn {
    private final BitString bits;
    private int at;

    /** @param bytes of the packet */
    public PacketIn(byte[] bytes) {
        bits = BitString.of(bytes);
    }

    /** @return bytes of the packet */
    public int length() {
        return bits.width() / 8;
    }

    /** @return what was not extracted */
    public BitString rest() {
        return bits.after(at);
    }

    /** Skips. */
    public void advance(int count) {
        need(count);
        at += count;
    }

    /** @return the next header; its variable part, if it has one, of so many bits */
    public StructValue extract(Type.Struct type, int variableBits) {
        int from = at;
        StructValue header = (StructValue) Values.initial(type);
        for (int i = 0; i < type.fields().size(); i++) {
            Type field = type.fields().get(i).type();
            if (field.base() instanceof Type.Varbit varbit) {
                if (variableBits > varbit.max()) {
                    at = from;
                    throw new ParserFailure("HeaderTooShort");
                }
                BitString part = new BitString();
                part.add(take(variableBits), variableBits);
                header.field(i, part);
            } else {
                header.field(i, read(field));
            }
        }
        header.valid(true);
        return header;
    }

    /** @return what extract would give, and nothing is taken */
    public Object lookahead(Type type) {
        int from = at;
        try {
            return type.base() instanceof Type.Struct struct ? header(struct) : read(type);
        } finally {
            at = from;
        }
    }

    private Object header(Type.Struct struct) {
        return extract(struct, 0);
    }

    private Object read(Type type) {
        BigInteger raw = type.base() instanceof Type.Struct ? null : take(Type.width(type));
        return switch (type.base()) {
            case Type.Bits b -> Values.wrap(b, raw);
            case Type.Simple _ -> raw.signum() != 0;
            case Type.Struct s -> extract(s, 0);
            default -> raw;
        };
    }

    private BigInteger take(int count) {
        need(count);
        at += count;
        return bits.slice(at - count, count);
    }

    private void need(int count) {
        if (at + count > bits.width()) {
            throw new ParserFailure("PacketTooShort");
        }
    }
}
