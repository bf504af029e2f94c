package org.millrace.code.analysis;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.Extern;
import org.millrace.code.Code;
import org.millrace.code.analysis.Expr.Source;

/**
 * Calls and fields. A view's methods and a few of the Java library are known, an extern's are one operation each,
 * all others are inlined from their class files.
 */
final class Calls {
    private static final String UNRESOLVED = "a call must be resolved from the class file";

    private final Run run;
    private final Code.Library library;
    private final Interpreter interpreter;

    Calls(Run run, Code.Library library, Interpreter interpreter) {
        this.run = run;
        this.library = library;
        this.interpreter = interpreter;
    }

    void invoke(Frame f, InvokeInstruction call) {
        MethodTypeDesc type = call.typeSymbol();
        List<Object> arguments = new ArrayList<>();
        boolean isStatic = call.opcode() == Opcode.INVOKESTATIC;
        for (int i = type.parameterCount() - (isStatic ? 1 : 0); i >= 0; i--) {
            arguments.addFirst(f.pop());
        }
        String name = call.name().stringValue();
        Object result = isStatic ? invokeStatic(f, call, name, arguments) : invokeOn(f, call, name, arguments);
        if (TypeKind.from(type.returnType()) != TypeKind.VOID) {
            f.push(result);
        }
    }

    private Object invokeStatic(Frame f, InvokeInstruction call, String name, List<Object> arguments) {
        String owner = call.owner().asInternalName();
        String type = call.type().stringValue();
        if (owner.startsWith("java/")) {
            return known(owner.substring(owner.lastIndexOf('/') + 1) + '.' + name + type, arguments);
        }
        return inline(find(f, load(f, owner), name, type), arguments);
    }

    /** Static methods of the Java library that are operations. */
    private Object known(String method, List<Object> a) {
        return switch (method) {
            case "Math.min(II)I", "Integer.min(II)I" -> operation(Operator.MIN, a);
            case "Math.max(II)I", "Integer.max(II)I" -> operation(Operator.MAX, a);
            case "Math.min(JJ)J", "Long.min(JJ)J" -> operation(Operator.LMIN, a);
            case "Math.max(JJ)J", "Long.max(JJ)J" -> operation(Operator.LMAX, a);
            case "Integer.compare(II)I" -> operation(Operator.COMPARE, a);
            case "Integer.compareUnsigned(II)I" -> operation(Operator.UCOMPARE, a);
            case "Long.compare(JJ)I" -> operation(Operator.LCOMPARE, a);
            case "Integer.toUnsignedLong(I)J" -> Exprs.operation(Operator.UWIDEN, (Expr) a.getFirst(), null);
            case "Integer.rotateLeft(II)I" -> rotate(a, 1);
            case "Integer.rotateRight(II)I" -> rotate(a, -1);
            case "Integer.sum(II)I" -> Exprs.add((Expr) a.get(0), (Expr) a.get(1));
            default -> throw run.refused("call of " + method.substring(0, method.indexOf('(')), UNRESOLVED);
        };
    }

    private Expr rotate(List<Object> a, int direction) {
        if (!(a.get(1) instanceof Expr.Const by)) {
            throw run.refused("rotation by " + ((Expr) a.get(1)).text(), "shifts are by constants");
        }
        return Exprs.operation(Operator.ROTL, (Expr) a.get(0), Exprs.integer((int) by.value() * direction & 31));
    }

    private static Expr operation(Operator operator, List<Object> a) {
        return Exprs.operation(operator, (Expr) a.get(0), (Expr) a.get(1));
    }

    private Object invokeOn(Frame f, InvokeInstruction call, String name, List<Object> arguments) {
        String type = call.type().stringValue();
        Object receiver = arguments.getFirst();
        return switch (receiver) {
            case Ref.View view when isIndexed(name, type) -> throw new RefusedException(run.site(true), "element of an indexed field",
                "a pass touches a register at one index, its key");
            case Ref.View view when isAccess(name, type) -> access(view, name, arguments);
            case Ref.View view -> inline(find(f, view.type(), name, type), arguments);
            case Ref.Service service ->
                run.call(service.type(), name, arguments.stream().skip(1).filter(a -> a instanceof Expr e && !isNow(e))
                    .map(Expr.class::cast).toList(), call.typeSymbol().returnType().descriptorString().equals("I")
                    || call.typeSymbol().returnType().descriptorString().equals("Z"));
            case Ref.Known(Enum<?> constant) when name.equals("ordinal") -> Exprs.integer(constant.ordinal());
            case Ref.Known(Object object) when object != null -> inline(find(f,
                call.opcode() == Opcode.INVOKESPECIAL ? load(f, call.owner().asInternalName()) : object.getClass(),
                name, type), arguments);
            default -> throw run.refused("call of " + name + " on " + receiver, UNRESOLVED);
        };
    }

    private static boolean isNow(Expr e) {
        return e instanceof Expr.Input in && in.source() == Source.NOW;
    }

    private static boolean isAccess(String name, String type) {
        return switch (name) {
            case "i32", "u16", "u8" -> type.equals("(I)I") || type.equals("(II)V") || isIndexed(name, type);
            case "add" -> type.equals("(II)V");
            default -> false;
        };
    }

    private static boolean isIndexed(String name, String type) {
        return name.equals("i32") && (type.equals("(III)I") || type.equals("(IIII)V"));
    }

    private Object access(Ref.View view, String name, List<Object> arguments) {
        if (!(arguments.get(1) instanceof Expr.Const offset)) {
            throw run.refused(name + " at " + ((Expr) arguments.get(1)).text(), "offsets of fields are constant");
        }
        int bits = name.equals("u16") ? 16 : name.equals("u8") ? 8 : 32;
        int at = (int) offset.value();
        if (arguments.size() == 2) {
            return run.read(view, at, bits);
        }
        Expr value = (Expr) arguments.get(2);
        run.write(view, at, bits, name.equals("add") ? Exprs.add(run.read(view, at, bits), value) : value);
        return null;
    }

    private Object inline(Code code, List<Object> arguments) {
        return interpreter.execute(code, arguments);
    }

    private Code find(Frame f, Class<?> owner, String name, String type) {
        Code code = owner.getName().startsWith("java.") || owner.isHidden() ? null : library.find(owner, name, type);
        if (code == null) {
            throw run.refused("call of " + owner.getSimpleName() + '.' + name, UNRESOLVED);
        }
        return code;
    }

    private Class<?> load(Frame f, String internalName) {
        try {
            return Class.forName(internalName.replace('/', '.'), false, f.code.owner().getClassLoader());
        } catch (ClassNotFoundException e) {
            throw run.refused("class " + internalName, UNRESOLVED);
        }
    }

    void field(Frame f, FieldInstruction instruction) {
        String name = instruction.name().stringValue();
        switch (instruction.opcode()) {
            case GETSTATIC -> f.push(name.equals("$assertionsDisabled") ? Exprs.integer(1)
                : read(field(load(f, instruction.owner().asInternalName()), name), null));
            case GETFIELD -> {
                Object receiver = f.pop();
                if (!(receiver instanceof Ref.Known(Object object)) || object == null) {
                    throw run.refused("field " + name + " of " + receiver, "views have no fields of their own");
                }
                f.push(read(field(load(f, instruction.owner().asInternalName()), name), object));
            }
            default -> throw run.refused("assignment to " + name, "a stage has no field that changes");
        }
    }

    private Field field(Class<?> owner, String name) {
        for (Class<?> c = owner; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        throw run.refused("field " + name, UNRESOLVED);
    }

    private Object read(Field field, Object object) {
        if (!Modifier.isFinal(field.getModifiers())) {
            throw run.refused("field " + field.getName(), "a stage has no field that changes");
        }
        if (field.getType().isArray()) {
            throw run.refused(field.getName().startsWith("$SwitchMap$") ? "switch on an enum" : "array "
                + field.getName(), "values are integers; use int constants");
        }
        try {
            field.setAccessible(true);
            return value(field, field.get(object));
        } catch (IllegalAccessException e) {
            throw run.refused("field " + field.getName(), UNRESOLVED);
        }
    }

    private static Object value(Field field, Object value) {
        return switch (value) {
            case Integer i -> Exprs.integer(i);
            case Short s -> Exprs.integer(s);
            case Byte b -> Exprs.integer(b);
            case Character c -> Exprs.integer(c);
            case Boolean b -> Exprs.integer(b ? 1 : 0);
            case Long l -> Exprs.wide(l);
            case Extern e -> new Ref.Service(service(e.getClass(), field.getType()));
            case null -> Extern.class.isAssignableFrom(field.getType())
                ? new Ref.Service(field.getType()) : new Ref.Known(null);
            default -> new Ref.Known(value);
        };
    }

    /** The extern's interface: the declared one, or the first that the object's class has. */
    private static Class<?> service(Class<?> type, Class<?> declared) {
        if (declared.isInterface() && Extern.class.isAssignableFrom(declared)) {
            return declared;
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Class<?> i : c.getInterfaces()) {
                if (Extern.class.isAssignableFrom(i)) {
                    return i;
                }
            }
        }
        return declared;
    }

    /** The views and time a stage is called with. */
    static List<Object> arguments(Object stage, Class<?> meta, Class<?> state) {
        return List.of(new Ref.Known(stage), new Ref.View(Source.META, meta), new Ref.View(Source.STATE, state),
            new Expr.Input(Source.NOW, "nowNs", 0, 64));
    }
}
