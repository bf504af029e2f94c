package org.millrace.testkit.p4;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** A register, counter or meter of v1model: values by index, zero until they are written. One thread. */
public final class V1Register {
    private final Type type;
    private final BigInteger size;
    private final Map<BigInteger, Object> values = new HashMap<>();

    V1Register(Type type, BigInteger size) {
        this.type = type;
        this.size = size;
    }

    /** @return what a control plane reads */
    public Object get(long index) {
        return read(BigInteger.valueOf(index));
    }

    /** @return the same, a number of up to 64 bits */
    public long number(long index) {
        return ((BigInteger) get(index)).longValue();
    }

    /** Writes as a control plane. */
    public void set(long index, long value) {
        write(BigInteger.valueOf(index), Values.wrap((Type.Bits) type.base(), BigInteger.valueOf(value)));
    }

    Object read(BigInteger index) {
        Object value = values.get(index);
        return value == null ? Values.initial(type) : value;
    }

    void write(BigInteger index, Object value) {
        if (index.compareTo(size) < 0) { // beyond its size nothing changes
            values.put(index, value);
        }
    }

    void add(BigInteger index, long count) {
        write(index, ((BigInteger) read(index)).add(BigInteger.valueOf(count)));
    }
}
