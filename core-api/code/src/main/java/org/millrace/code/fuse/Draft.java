package org.millrace.code.fuse;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A method in the making: operations in order, and what they need: locals for fields of the metadata, which are only known
 * when all stages have been copied, objects that are captured, arrays of state.
 */
final class Draft {
    /** The first table and the row stand where they cost least: long methods are not compiled. */
    static final int ROWS = 1;
    static final int ROW = 2;
    static final int NOW = 3;
    static final int DIGEST = 5;
    static final int VERDICT = 7;
    static final int META = 9;
    static final int MIRRORS = 10;
    static final int WORDS = 11;
    static final int BASE = 12;
    static final int FIRST_FREE = 13;

    /** Writes one operation. */
    interface Op {
        void emit(Emission out);
    }

    /**
     * Something that this load has and another may have another of.
     *
     * @param value what
     * @param type  as what the code takes it
     */
    record Captured(Object value, ClassDesc type) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Captured captured && captured.type.equals(type)
                && (captured.value == value || value instanceof Calls.Primitive && value.equals(captured.value));
        }

        @Override
        public int hashCode() {
            return type.hashCode();
        }
    }

    /** What is shared by all methods of a class. */
    static final class Shared {
        final Map<Captured, Integer> captured = new LinkedHashMap<>();
        final Map<String, Class<?>> classes = new LinkedHashMap<>();
        final Lines lines = new Lines();

        int capture(Object value, ClassDesc type) {
            return captured.computeIfAbsent(new Captured(value, type), fresh -> captured.size());
        }

        ClassDesc name(Class<?> type) {
            if (!type.isPrimitive() && !type.isArray()) {
                classes.put(type.getName(), type);
            }
            return Types.desc(type);
        }
    }

    final Shared shared;
    private final List<Op> ops = new ArrayList<>();
    /** Fields of the metadata in the order of their first use, with the place of the stage that first writes it. */
    private final Map<Accessor.Word, Integer> fields = new LinkedHashMap<>();
    private final List<int[]> tables = new ArrayList<>();
    private int top;
    private int stage;
    private boolean keyChanged;

    Draft(Shared shared, List<StagePlace> places) {
        this.shared = shared;
        for (StagePlace place : places) {
            if (place.isKeyed() && place.stride() != 0 && table(place) < 0) {
                tables.add(place.words());
            }
        }
        top = FIRST_FREE + tables.size();
    }

    private int table(StagePlace place) {
        for (int i = 0; i < tables.size(); i++) {
            if (tables.get(i) == place.words()) {
                return i;
            }
        }
        return -1;
    }

    List<int[]> tables() {
        return tables;
    }

    /** {@return the local that holds the rows of a stage} */
    int rows(StagePlace place) {
        return slot(Math.max(table(place), 0));
    }

    static int slot(int table) {
        return table == 0 ? ROWS : FIRST_FREE + table - 1;
    }

    int firstFrame() {
        return FIRST_FREE + tables.size();
    }

    /** From here on operations belong to this stage. */
    void begin(int stageIndex) {
        stage = stageIndex;
    }

    int stage() {
        return stage;
    }

    void reserve(int behind) {
        top = Math.max(top, behind);
    }

    int add(Op op) {
        ops.add(op);
        return ops.size() - 1;
    }

    int size() {
        return ops.size();
    }

    /** Takes back all operations from a place on. */
    void cut(int from) {
        ops.subList(from, ops.size()).clear();
    }

    void read(Accessor.Word field) {
        fields.putIfAbsent(field, Integer.MAX_VALUE);
    }

    /** {@return whether what state is indexed by may have changed since {@link #keyRead}} */
    boolean isKeyChanged() {
        return keyChanged;
    }

    void keyRead() {
        keyChanged = false;
    }

    void keyChanged() {
        keyChanged = true;
    }

    void write(Accessor.Word field) {
        keyChanged |= field.equals(Calls.FLOW) || field.equals(Calls.CONTEXT);
        fields.merge(field, stage, Math::min);
    }

    /** {@return fields as they were, to be restored if a stage cannot be copied} */
    Map<Accessor.Word, Integer> fields() {
        return new LinkedHashMap<>(fields);
    }

    void fields(Map<Accessor.Word, Integer> as) {
        fields.clear();
        fields.putAll(as);
    }

    /** {@return what a method's code is written to, when all stages are here} */
    Emission begin(CodeBuilder code) {
        return new Emission(code);
    }

    void emit(Emission out) {
        ops.forEach(op -> op.emit(out));
    }

    /** What operations write to. */
    final class Emission {
        final CodeBuilder code;
        private final Map<Object, Label> labels = new HashMap<>();
        private final Map<Accessor.Word, Integer> slots = new HashMap<>();

        private Emission(CodeBuilder code) {
            this.code = code;
            fields.keySet().forEach(field -> slots.put(field, top + 1 + slots.size()));
        }

        /** {@return a local for a number, for one operation} */
        int scratch() {
            return top;
        }

        Label label(Object key) {
            return labels.computeIfAbsent(key, fresh -> code.newLabel());
        }

        int slot(Accessor.Word field) {
            return slots.get(field);
        }

        /** Takes fields from memory into their locals. */
        void load(Predicate<Accessor.Word> which) {
            for (Accessor.Word field : fields.keySet()) {
                if (which.test(field)) {
                    code.aload(WORDS).iload(BASE).loadConstant(field.index()).iadd().iaload();
                    narrow(field.shift(), field);
                    code.istore(slot(field));
                }
            }
        }

        private void narrow(int shift, Accessor.Word field) {
            if (shift != 0) {
                code.loadConstant(shift).iushr();
            }
            if (shift + field.bits() < 32) {
                code.loadConstant(field.mask()).iand();
            }
        }

        /** Puts those fields into memory that a stage up to this one has written. */
        void flush(int upTo, Predicate<Accessor.Word> which) {
            Map<Integer, List<Accessor.Word>> byWord = new LinkedHashMap<>();
            fields.forEach((field, writer) -> {
                if (writer <= upTo && which.test(field)) {
                    byWord.computeIfAbsent(field.index(), fresh -> new ArrayList<>()).add(field);
                }
            });
            byWord.forEach(this::store);
        }

        private void store(int word, List<Accessor.Word> parts) {
            int covered = parts.stream().mapToInt(part -> part.mask() << part.shift()).reduce(0, (a, b) -> a | b);
            code.aload(WORDS).iload(BASE).loadConstant(word).iadd();
            boolean isFirst = covered == -1;
            if (!isFirst) {
                code.dup2().iaload().loadConstant(~covered).iand();
            }
            for (Accessor.Word part : parts) {
                code.iload(slot(part));
                if (part.shift() != 0) {
                    code.loadConstant(part.shift()).ishl();
                }
                if (!isFirst) {
                    code.ior();
                }
                isFirst = false;
            }
            code.iastore();
        }
    }
}
