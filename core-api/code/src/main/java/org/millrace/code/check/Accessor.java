package org.millrace.code.check;

import java.util.List;

/** One of the methods that {@link org.millrace.api.pipeline.View} gives to its subclasses. */
enum Accessor {
    GET_I32("i32(I)I", Effects.Kind.GET, 4, false),
    SET_I32("i32(II)V", Effects.Kind.SET, 4, false),
    ADD_I32("add(II)V", Effects.Kind.ADD, 4, false),
    GET_ELEMENT("i32(III)I", Effects.Kind.GET, 4, true),
    SET_ELEMENT("i32(IIII)V", Effects.Kind.SET, 4, true),
    GET_U16("u16(I)I", Effects.Kind.GET, 2, false),
    SET_U16("u16(II)V", Effects.Kind.SET, 2, false),
    GET_U8("u8(I)I", Effects.Kind.GET, 1, false),
    SET_U8("u8(II)V", Effects.Kind.SET, 1, false);

    private static final String CONSTANT = "offsets and lengths are constants, so that a state's extent can be told";

    private final String signature;
    private final Effects.Kind kind;
    private final int bytes;
    private final boolean isIndexed;

    Accessor(String signature, Effects.Kind kind, int bytes, boolean isIndexed) {
        this.signature = signature;
        this.kind = kind;
        this.bytes = bytes;
        this.isIndexed = isIndexed;
    }

    /** {@return the accessor of a name and type, null if there is none} */
    static Accessor of(String name, String descriptor) {
        for (Accessor accessor : values()) {
            if (accessor.signature.length() == name.length() + descriptor.length()
                && accessor.signature.startsWith(name) && accessor.signature.endsWith(descriptor)) {
                return accessor;
            }
        }
        return null;
    }

    /** Collects the access, or says what is wrong with it. */
    Value access(Value.View view, List<Value> arguments, Calls calls) {
        Value answer = kind == Effects.Kind.GET ? Value.INT : null;
        String name = signature.substring(0, signature.indexOf('('));
        if (!(arguments.get(1) instanceof Value.Int(Integer offset)) || offset == null) {
            calls.faultOfAccess(name + " at an offset that is not constant", CONSTANT);
            return answer;
        }
        if (offset < 0 || offset % bytes != 0) {
            calls.faultOfAccess(name + " at offset " + offset, "an offset is a multiple of the field's " + bytes
                + " bytes, and not below 0");
            return answer;
        }
        int length = 1;
        if (isIndexed) {
            if (!(arguments.get(2) instanceof Value.Int(Integer elements)) || elements == null) {
                calls.faultOfAccess(name + " of a length that is not constant", CONSTANT);
                return answer;
            }
            length = elements;
        }
        if (length < 1 || Integer.bitCount(length) != 1) {
            calls.faultOfAccess(name + " of " + length + " elements", "an indexed field has a power of two of them");
            return answer;
        }
        calls.access(view, kind, offset, bytes * length);
        return answer;
    }
}
