package org.millrace.code.fuse;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.Extern;
import org.millrace.code.Code;

/**
 * What a stage that is copied does beyond its own method: fields of objects, accessors of views, calls. Its own methods are
 * copied; externs, and what Java brings, are called.
 */
final class Calls {
    /** Copies a method in place of a call of it. */
    interface Inliner {
        void inline(Frame caller, Code code, List<Operand> arguments, int at) throws NotCopiedException;
    }

    static final Accessor.Word FLOW = new Accessor.Word(0, 32);
    static final Accessor.Word WORKFLOW = new Accessor.Word(35, 8);
    static final Accessor.Word CONTEXT = new Accessor.Word(40, 16);

    private final Draft draft;
    private final Stack stack;
    private final StagePlace place;
    private final Class<?> meta;
    private final int workflow;
    private final Code.Library library;
    private final Inliner inliner;

    Calls(Draft draft, Stack stack, StagePlace place, Class<?> meta, int workflow, Code.Library library, Inliner inliner) {
        this.draft = draft;
        this.stack = stack;
        this.place = place;
        this.meta = meta;
        this.workflow = workflow;
        this.library = library;
        this.inliner = inliner;
    }

    Operand stage() {
        return new Operand.Known(place.stage(), false);
    }

    void field(Frame frame, FieldInstruction instruction, int at) throws NotCopiedException {
        boolean isStatic = instruction.opcode() == Opcode.GETSTATIC;
        if (!isStatic && instruction.opcode() != Opcode.GETFIELD) {
            throw Copier.stuck(frame, at, "writes the field " + instruction.name().stringValue());
        }
        Operand of = isStatic ? new Operand.Known(null, true) : stack.pop();
        Class<?> owner = Types.load(frame.code.owner(), instruction.owner().asSymbol());
        Field field = owner == null ? null : Types.field(owner, instruction.name().stringValue());
        if (field == null || !(of instanceof Operand.Known known) || !Modifier.isFinal(field.getModifiers())) {
            throw Copier.stuck(frame, at, "reads the field " + instruction.name().stringValue() + ", which may change");
        }
        value(known, field);
    }

    private void value(Operand.Known of, Field field) {
        Object value = Types.value(field, of.value());
        Class<?> type = field.getType();
        if (type.isPrimitive()) {
            TypeKind kind = TypeKind.from(type).asLoadable();
            if (of.isShared()) {
                stack.push(kind, number(value));
            } else {
                push(draft.shared.capture(new Primitive(of.value(), field, number(value)), kind.upperBound()), kind.upperBound(), kind);
            }
        } else if (type.isArray() && value != null) {
            push(draft.shared.capture(value, Types.desc(type)), Types.desc(type), TypeKind.REFERENCE);
        } else {
            stack.push(new Operand.Known(value, of.isShared()));
        }
    }

    /**
     * A number in a field of an object that another load has another one of.
     *
     * @param holder the object
     * @param field  its field
     * @param value  the number
     */
    record Primitive(Object holder, Field field, Number value) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Primitive primitive && primitive.holder == holder && primitive.field.equals(field);
        }

        @Override
        public int hashCode() {
            return field.hashCode();
        }
    }

    private static Number number(Object value) {
        return switch (value) {
            case Boolean flag -> flag ? 1 : 0;
            case Character character -> (int) character;
            case Byte number -> number.intValue();
            case Short number -> number.intValue();
            default -> (Number) value;
        };
    }

    private void push(int captured, ClassDesc type, TypeKind kind) {
        draft.add(out -> out.code.aload(0).getfield(FusedWriter.SELF, FusedWriter.CAPTURED + captured, type));
        stack.push(new Operand.Real(kind));
    }

    void check(Frame frame, TypeCheckInstruction instruction, int at) throws NotCopiedException {
        boolean isTest = instruction.opcode() == Opcode.INSTANCEOF;
        if (isTest || stack.peek().isReal()) {
            throw Copier.stuck(frame, at, "looks at a type");
        }
    }

    void call(Frame frame, InvokeInstruction call, int at) throws NotCopiedException {
        List<Operand> arguments = stack.pop(call.typeSymbol().parameterCount());
        Class<?> owner = Types.load(frame.code.owner(), call.owner().asSymbol());
        if (owner == null) {
            throw Copier.stuck(frame, at, "calls " + call.owner().asInternalName() + ", which is not there");
        }
        String name = call.name().stringValue();
        String type = call.type().stringValue();
        if (call.opcode() == Opcode.INVOKESTATIC) {
            Code code = isJavas(owner) ? null : library.find(owner, name, type);
            if (code == null) {
                emit(frame, call, owner, null, arguments, at);
            } else {
                inliner.inline(frame, code, arguments, at);
            }
            return;
        }
        Operand receiver = stack.pop();
        if (receiver == Operand.META || receiver == Operand.STATE) {
            view(frame, call, receiver, arguments, at);
        } else if (receiver instanceof Operand.Known known && known.value() != null && !(known.value() instanceof Extern)
            && !isJavas(known.value().getClass())) {
            enter(frame, call, known, arguments, at);
        } else {
            emit(frame, call, owner, receiver, arguments, at);
        }
    }

    private static boolean isJavas(Class<?> type) {
        return type.getName().startsWith("java.");
    }

    private void enter(Frame frame, InvokeInstruction call, Operand.Known receiver, List<Operand> arguments, int at)
        throws NotCopiedException {
        if (receiver.value() instanceof Enum<?> constant && call.name().equalsString("ordinal")) {
            stack.push(TypeKind.INT, constant.ordinal());
            return;
        }
        Class<?> type = receiver.value().getClass();
        Code code = Types.code(library, type, call.name().stringValue(), call.type().stringValue());
        if (code == null || isJavas(code.owner())) {
            throw Copier.stuck(frame, at, "calls " + call.name().stringValue() + " of " + type.getSimpleName() + ", whose code is not there");
        }
        inliner.inline(frame, code, with(receiver, arguments), at);
    }

    private static List<Operand> with(Operand receiver, List<Operand> arguments) {
        List<Operand> all = new ArrayList<>(List.of(receiver));
        all.addAll(arguments);
        return all;
    }

    private void view(Frame frame, InvokeInstruction call, Operand view, List<Operand> arguments, int at) throws NotCopiedException {
        Class<?> type = view == Operand.META ? meta : place.view();
        Code code = library.find(type, call.name().stringValue(), call.type().stringValue());
        if (code == null) {
            throw Copier.stuck(frame, at, "calls " + call.name().stringValue() + ", whose code is not there");
        }
        Accessor accessor = Accessor.of(code);
        if (accessor != null) {
            access(frame, view, accessor.field(), accessor.isSet(), at);
        } else if (code.owner().getName().equals("org.millrace.api.pipeline.View")) {
            base(frame, call, view, arguments, at);
        } else {
            inliner.inline(frame, code, with(view, arguments), at);
        }
    }

    /** One of the base class's methods, called with an offset. */
    private void base(Frame frame, InvokeInstruction call, Operand view, List<Operand> arguments, int at) throws NotCopiedException {
        if (!(arguments.getFirst() instanceof Operand.Real offset) || offset.constant() == null) {
            throw Copier.stuck(frame, at, "reaches a field at an offset that is not constant");
        }
        if (call.typeSymbol().parameterCount() > 2) {
            indexed(frame, view, offset, arguments, at);
            return;
        }
        int to = offset.constant().intValue();
        String name = call.name().stringValue();
        boolean isSet = call.typeSymbol().parameterCount() == 2;
        int bits = Accessor.bits(call, isSet);
        if (name.equals("add")) {
            bits = 32;
        }
        Accessor.Word field = new Accessor.Word(to, bits);
        if (!isSet) {
            stack.drop(offset);
            access(frame, view, field, false, at);
            return;
        }
        int value = frame.slot(frame.locals);
        draft.reserve(value + 1);
        draft.add(out -> out.code.istore(value));
        stack.drop(offset);
        if (name.equals("add")) {
            access(frame, view, field, false, at);
            stack.pop();
            draft.add(out -> out.code.iload(value).iadd());
        } else {
            draft.add(out -> out.code.iload(value));
        }
        access(frame, view, field, true, at);
    }

    /** An element of an indexed field, which stays in memory. */
    private void indexed(Frame frame, Operand view, Operand.Real offset, List<Operand> arguments, int at) throws NotCopiedException {
        if (!(arguments.get(1) instanceof Operand.Real length) || length.constant() == null) {
            throw Copier.stuck(frame, at, "reaches an indexed field whose length is not constant");
        }
        boolean isSet = arguments.size() == 4;
        int index = frame.slot(frame.locals);
        draft.reserve(index + 2);
        if (isSet) {
            draft.add(out -> out.code.istore(index + 1));
        }
        draft.add(out -> out.code.istore(index));
        stack.drop(length);
        stack.drop(offset);
        boolean isMeta = view == Operand.META;
        int words = isMeta ? Draft.WORDS : draft.rows(place);
        int first = (isMeta ? 0 : place.offset()) + (offset.constant().intValue() >> 2);
        int mask = length.constant().intValue() - 1;
        draft.add(out -> {
            out.code.aload(words).iload(isMeta ? Draft.BASE : Draft.ROW).loadConstant(first).iadd()
                .iload(index).loadConstant(mask).iand().iadd();
            if (isSet) {
                out.code.iload(index + 1).iastore();
            } else {
                out.code.iaload();
            }
        });
        if (!isSet) {
            stack.push(new Operand.Real(TypeKind.INT));
        }
    }

    /** Gets a field, or sets it to what is on the real stack. */
    private void access(Frame frame, Operand view, Accessor.Word field, boolean isSet, int at) throws NotCopiedException {
        if (view == Operand.STATE) {
            if (isSet) {
                set(field);
            } else {
                get(field);
            }
        } else if (isSet) {
            if (field.equals(WORKFLOW)) {
                throw Copier.stuck(frame, at, "changes the item's workflow");
            }
            setMeta(field);
        } else if (field.equals(WORKFLOW)) {
            stack.push(TypeKind.INT, workflow);
        } else {
            draft.read(field);
            draft.add(out -> out.code.iload(out.slot(field)));
            stack.push(new Operand.Real(TypeKind.INT));
        }
    }

    private void setMeta(Accessor.Word field) {
        draft.write(field);
        draft.add(out -> {
            if (field.bits() < 32) {
                out.code.loadConstant(field.mask()).iand();
            }
            out.code.istore(out.slot(field));
        });
    }

    private void get(Accessor.Word field) {
        int rows = draft.rows(place);
        draft.add(out -> {
            out.code.aload(rows).iload(Draft.ROW).loadConstant(place.offset() + field.index()).iadd().iaload();
            if (field.shift() != 0) {
                out.code.loadConstant(field.shift()).iushr();
            }
            if (field.shift() + field.bits() < 32) {
                out.code.loadConstant(field.mask()).iand();
            }
        });
        stack.push(new Operand.Real(TypeKind.INT));
    }

    /** The value is on the real stack, and comes to stand behind array and index. */
    private void set(Accessor.Word field) {
        int rows = draft.rows(place);
        draft.add(out -> {
            int value = out.scratch();
            out.code.istore(value).aload(rows).iload(Draft.ROW).loadConstant(place.offset() + field.index()).iadd();
            if (field.bits() == 32) {
                out.code.iload(value);
            } else {
                out.code.dup2().iaload().loadConstant(~(field.mask() << field.shift())).iand().iload(value)
                    .loadConstant(field.mask()).iand().loadConstant(field.shift()).ishl().ior();
            }
            out.code.iastore();
        });
    }

    /** A call that stays one. What it reads of the metadata is there, and what it writes is seen. */
    private void emit(Frame frame, InvokeInstruction call, Class<?> owner, Operand receiver, List<Operand> arguments, int at)
        throws NotCopiedException {
        String name = call.name().stringValue();
        String type = call.type().stringValue();
        if (call.opcode() == Opcode.INVOKESPECIAL || !Types.isPublic(owner, name, type)) {
            throw Copier.stuck(frame, at, "calls " + owner.getSimpleName() + '.' + name + ", which is not public");
        }
        boolean takesMeta = arguments.contains(Operand.META);
        FieldUse use = takesMeta ? FieldUse.of(library, meta, receiver instanceof Operand.Known known ? known.value() : null, name, type)
            : null;
        int stage = draft.stage();
        if (takesMeta) {
            draft.add(out -> out.flush(stage, use::reads));
        }
        List<ClassDesc> types = new ArrayList<>(call.typeSymbol().parameterList());
        List<Operand> all = arguments;
        if (receiver != null) {
            types.addFirst(call.owner().asSymbol());
            all = with(receiver, arguments);
        }
        materialise(frame, all, types, at);
        draft.shared.name(owner);
        draft.add(out -> out.code.invoke(call.opcode(), call.owner().asSymbol(), name, call.typeSymbol(), call.isInterface()));
        if (takesMeta) {
            draft.add(out -> out.load(use::writes));
            if (use.writes(FLOW) || use.writes(CONTEXT)) {
                draft.keyChanged();
            }
        }
        TypeKind result = TypeKind.from(call.typeSymbol().returnType());
        if (result != TypeKind.VOID) {
            stack.push(new Operand.Real(result.asLoadable()));
        }
    }

    /** Brings onto the real stack what is not there: what lies above goes aside. */
    private void materialise(Frame frame, List<Operand> arguments, List<ClassDesc> types, int at) throws NotCopiedException {
        int first = 0;
        while (first < arguments.size() && arguments.get(first).isReal()) {
            first++;
        }
        int aside = frame.slot(frame.locals) + 1;
        int[] slots = new int[arguments.size()];
        for (int i = arguments.size() - 1; i >= first; i--) {
            if (arguments.get(i) instanceof Operand.Real real) {
                int to = aside;
                slots[i] = to;
                aside += real.kind().slotSize();
                draft.add(out -> out.code.storeLocal(real.kind(), to));
            }
        }
        draft.reserve(aside);
        for (int i = first; i < arguments.size(); i++) {
            int from = slots[i];
            switch (arguments.get(i)) {
                case Operand.Real real -> draft.add(out -> out.code.loadLocal(real.kind(), from));
                case Operand.Known known -> push(frame, known, types.get(i), at);
                case Operand.Held held -> {
                    if (held != Operand.META) {
                        throw Copier.stuck(frame, at, "hands its state out");
                    }
                    ClassDesc type = types.get(i);
                    boolean isOwn = !type.descriptorString().equals("Lorg/millrace/api/pipeline/SegmentMeta;");
                    if (isOwn) {
                        requirePublic(frame, type, at);
                    }
                    draft.add(out -> {
                        out.code.aload(Draft.META);
                        if (isOwn) {
                            out.code.checkcast(type);
                        }
                    });
                }
            }
        }
    }

    private void requirePublic(Frame frame, ClassDesc type, int at) throws NotCopiedException {
        Class<?> loaded = Types.load(frame.code.owner(), type);
        if (loaded == null || !Modifier.isPublic(loaded.getModifiers())) {
            throw Copier.stuck(frame, at, "needs " + type.displayName() + ", which is not public");
        }
        draft.shared.name(loaded);
    }

    private void push(Frame frame, Operand.Known known, ClassDesc type, int at) throws NotCopiedException {
        if (known.value() == null) {
            draft.add(out -> out.code.aconst_null());
            return;
        }
        requirePublic(frame, type, at);
        int captured = draft.shared.capture(known.value(), type);
        draft.add(out -> out.code.aload(0).getfield(FusedWriter.SELF, FusedWriter.CAPTURED + captured, type));
    }
}
