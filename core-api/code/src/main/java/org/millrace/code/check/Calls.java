package org.millrace.code.check;

import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.code.Code;

/**
 * Calls and fields. A view's methods are accesses, an extern's are the machine's, arithmetic of the Java library is
 * known; all others are followed from their class files, and what cannot be followed is a fault.
 */
final class Calls {
    private static final String FOLLOWED = "a stage calls accessors, externs, arithmetic of java.lang and its own methods,"
        + " which are followed from their class files";
    private static final String NO_FIELD = "a stage has no field that changes; what changes is in its state";
    private static final Set<String> ARITHMETIC = Set.of("java/lang/Math", "java/lang/Integer", "java/lang/Long",
        "java/lang/Short", "java/lang/Byte", "java/lang/Character", "java/lang/Boolean");

    private final Explorer explorer;
    private final Code.Library library;
    private final Effects effects;

    Calls(Explorer explorer, Code.Library library, Effects effects) {
        this.explorer = explorer;
        this.library = library;
        this.effects = effects;
    }

    void fault(String operation, String limit) {
        effects.fault(explorer.site(false), operation, limit);
    }

    /** Takes note of what small processors cannot do. A constant divisor is a multiplication. */
    void arithmetic(Opcode opcode, OperandStack stack) {
        boolean isDivision = switch (opcode) {
            case IDIV, IREM, LDIV, LREM -> !stack.top().isConstant();
            default -> false;
        };
        boolean isFloating = opcode.name().startsWith("F") || opcode.name().startsWith("D") && !opcode.name().startsWith("DUP");
        if (isDivision || isFloating) {
            effects.arithmetic(explorer.site(false), isFloating ? Effects.FLOATING_POINT : Effects.DIVISION);
        }
    }

    void invoke(Code from, InvokeInstruction call, OperandStack stack) {
        MethodTypeDesc type = call.typeSymbol();
        boolean isStatic = call.opcode() == Opcode.INVOKESTATIC;
        List<Value> arguments = new ArrayList<>();
        for (int i = type.parameterCount() - (isStatic ? 1 : 0); i >= 0; i--) {
            arguments.addFirst(stack.pop());
        }
        Value answer = isStatic ? invokeStatic(from, call, arguments) : invokeOn(from, call, arguments);
        if (!type.returnType().equals(ClassDesc.ofDescriptor("V"))) {
            stack.push(answer == null ? any(type.returnType()) : answer);
        }
    }

    private static Value any(ClassDesc type) {
        return switch (type.descriptorString()) {
            case "J", "D" -> Value.WIDE;
            case "I", "S", "B", "C", "Z", "F" -> Value.INT;
            default -> Value.UNKNOWN;
        };
    }

    private Value invokeStatic(Code from, InvokeInstruction call, List<Value> arguments) {
        String owner = call.owner().asInternalName();
        String name = call.name().stringValue();
        if (owner.startsWith("java/")) {
            boolean isArithmetic = ARITHMETIC.contains(owner) && call.typeSymbol().returnType().isPrimitive()
                && call.typeSymbol().parameterList().stream().allMatch(ClassDesc::isPrimitive);
            if (!isArithmetic || name.endsWith("Exact")) {
                unfollowed(owner, name);
            }
            return null;
        }
        Class<?> type = load(from, owner);
        if (type == ViewCursor.class) {
            fault("call of ViewCursor." + name, "a stage sees its own state and its item, and moves no view");
            return null;
        }
        return follow(type, name, call.type().stringValue(), arguments);
    }

    private void unfollowed(String owner, String name) {
        String simple = owner.substring(owner.lastIndexOf('/') + 1);
        fault("call of " + simple + '.' + name, owner.startsWith("java/util/")
            ? FOLLOWED + "; what a stage keeps is in its state, keyed by flow, message or context; for a table by anything"
                + " else, a peer's address say, an indexed field takes a hash of it: i32(offset, length, index)" : FOLLOWED);
    }

    private Value invokeOn(Code from, InvokeInstruction call, List<Value> arguments) {
        String name = call.name().stringValue();
        String type = call.type().stringValue();
        switch (arguments.getFirst()) {
            case Value.View view when Accessor.of(name, type) != null -> {
                return Accessor.of(name, type).access(view, arguments, this);
            }
            case Value.View view -> {
                return follow(view.type(), name, type, arguments);
            }
            case Value.Service service -> {
                effects.call(service.type(), explorer.site(false));
                if (arguments.stream().anyMatch(value -> value instanceof Value.View view && view.isState())) {
                    fault("its state given to " + service.type().getSimpleName() + '.' + name,
                        "a stage's state is its own; what others need travels in the metadata");
                }
                return null;
            }
            case Value.Known(Enum<?> constant) when name.equals("ordinal") -> {
                return new Value.Int(constant.ordinal());
            }
            case Value.Known(Object object) when object != null -> {
                return follow(call.opcode() == Opcode.INVOKESPECIAL ? load(from, call.owner().asInternalName())
                    : object.getClass(), name, type, arguments);
            }
            default -> {
                if (!name.equals("<init>") || !isThrowable(from, call.owner().asInternalName())) {
                    unfollowed(call.owner().asInternalName(), name);
                }
                return null;
            }
        }
    }

    private Value follow(Class<?> type, String name, String descriptor, List<Value> arguments) {
        boolean isReadable = type != null && !type.isHidden() && !type.isArray() && !type.getName().startsWith("java.");
        Code code = isReadable ? library.find(type, name, descriptor) : null;
        if (code == null) {
            unfollowed(type == null ? "" : type.getName().replace('.', '/'), name);
            return null;
        }
        return explorer.run(code, List.copyOf(arguments));
    }

    /** {@return whether a class is an exception's: made once, to be thrown} */
    boolean isThrowable(Code from, String internalName) {
        return Throwable.class.isAssignableFrom(load(from, internalName));
    }

    Class<?> load(Code from, String internalName) {
        String name = internalName.startsWith("[") ? "java.lang.Object" : internalName.replace('/', '.');
        try {
            return Class.forName(name, false, from.owner().getClassLoader());
        } catch (ClassNotFoundException e) {
            fault("class " + name + ", which is not there", FOLLOWED);
            return Object.class;
        }
    }

    /** An access of a view. */
    void access(Value.View view, Effects.Kind kind, int offset, int bytes) {
        effects.access(new Effects.Access(view.isState(), kind, offset, bytes), explorer.site(true));
    }

    void faultOfAccess(String operation, String limit) {
        effects.fault(explorer.site(true), operation, limit);
    }

    void field(Code from, FieldInstruction instruction, OperandStack stack) {
        String name = instruction.name().stringValue();
        switch (instruction.opcode()) {
            case GETSTATIC -> stack.push(name.equals("$assertionsDisabled") ? new Value.Int(1)
                : read(from, instruction, null));
            case GETFIELD -> {
                Value receiver = stack.pop();
                if (receiver instanceof Value.Known(Object object) && object != null) {
                    stack.push(read(from, instruction, object));
                } else {
                    fault("field " + name + " of what is not known", FOLLOWED);
                    stack.push(any(instruction.typeSymbol()));
                }
            }
            default -> {
                fault("assignment to " + name, NO_FIELD);
                stack.pop(instruction.opcode() == Opcode.PUTFIELD ? 2 : 1);
            }
        }
    }

    private Value read(Code from, FieldInstruction instruction, Object object) {
        String name = instruction.name().stringValue();
        try {
            Field field = field(load(from, instruction.owner().asInternalName()), name);
            if (field != null && Modifier.isFinal(field.getModifiers())) {
                field.setAccessible(true);
                return Value.of(field.getType(), field.get(object));
            }
        } catch (IllegalAccessException | RuntimeException e) {
            fault("field " + name + ", which cannot be read", FOLLOWED);
            return any(instruction.typeSymbol());
        }
        fault("field " + name + ", which is not final", NO_FIELD);
        return any(instruction.typeSymbol());
    }

    private static Field field(Class<?> owner, String name) {
        for (Class<?> c = owner; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        return null;
    }
}
