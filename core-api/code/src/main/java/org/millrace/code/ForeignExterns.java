package org.millrace.code;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.Stage;

/**
 * Finds the externs in a stage's code that the machine has not handed out. It follows the code from {@code process}: the
 * fields that it reads tell which objects it can reach, and those which code its calls run. What a stage merely holds and
 * never reads does not count.
 */
public final class ForeignExterns {
    private final Stage<?, ?> stage;
    private final Predicate<Extern> isHandedOut;
    private final Code.Library library = new Code.Library();
    private final Set<Object> objects = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Code> codes = new HashSet<>();
    private final Set<Violation> found = new HashSet<>();
    private final List<Violation> violations = new ArrayList<>();

    private ForeignExterns(Stage<?, ?> stage, Predicate<Extern> isHandedOut) {
        this.stage = stage;
        this.isHandedOut = isHandedOut;
    }

    /**
     * {@return each place where the stage calls, or makes, an extern of its own}
     *
     * @param stage       the stage
     * @param isHandedOut whether an extern is the machine's
     * @param machine     its name
     */
    public static List<Violation> of(Stage<?, ?> stage, Predicate<Extern> isHandedOut, String machine) {
        ForeignExterns search = new ForeignExterns(stage, isHandedOut);
        search.run("a stage calls what " + machine + " hands out");
        return List.copyOf(search.violations);
    }

    private void run(String limit) {
        objects.add(stage);
        Code process = library.find(stage.getClass(), "process", null);
        if (process != null) {
            codes.add(process);
        }
        int before;
        do {
            before = objects.size() + codes.size();
            for (Code code : List.copyOf(codes)) {
                for (int i = 0; i < code.instructions().size(); i++) {
                    visit(code, code.instructions().get(i), code.site(i), limit);
                }
            }
        } while (objects.size() + codes.size() != before);
    }

    private void visit(Code code, Instruction instruction, Site site, String limit) {
        switch (instruction) {
            case FieldInstruction field -> read(code, field);
            case InvokeInstruction call -> call(code, call, site, limit);
            case NewObjectInstruction made -> {
                Class<?> type = load(code, made.className().asInternalName());
                if (type != null && Extern.class.isAssignableFrom(type)) {
                    foreign(site, "makes " + Code.name(type), limit);
                }
            }
            default -> {
            }
        }
    }

    private void foreign(Site site, String operation, String limit) {
        Violation violation = new Violation(site, operation, limit);
        if (found.add(violation)) {
            violations.add(violation);
        }
    }

    private void read(Code code, FieldInstruction instruction) {
        Class<?> owner = load(code, instruction.owner().asInternalName());
        if (owner == null || instruction.typeSymbol().isPrimitive()) {
            return;
        }
        Field field = field(owner, instruction.name().stringValue());
        if (field == null) {
            return;
        }
        if (Modifier.isStatic(field.getModifiers())) {
            reach(field, null);
        } else {
            for (Object object : List.copyOf(objects)) {
                if (field.getDeclaringClass().isInstance(object)) {
                    reach(field, object);
                }
            }
        }
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

    private void reach(Field field, Object object) {
        try {
            field.setAccessible(true);
            Object value = field.get(object);
            if (value != null && objects.add(value) && value.getClass().isHidden()) {
                for (Field captured : value.getClass().getDeclaredFields()) { // a lambda: what it has captured, it may use
                    reach(captured, value);
                }
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " cannot be read", e);
        }
    }

    private void call(Code code, InvokeInstruction call, Site site, String limit) {
        Class<?> owner = load(code, call.owner().asInternalName());
        if (owner == null) {
            return;
        }
        String name = call.name().stringValue();
        String type = call.type().stringValue();
        if (call.opcode() == Opcode.INVOKESTATIC || call.opcode() == Opcode.INVOKESPECIAL) {
            enter(owner, name, type);
            return;
        }
        for (Object object : List.copyOf(objects)) {
            if (!owner.isInstance(object)) {
                continue;
            }
            if (object instanceof Extern extern) {
                if (!isHandedOut.test(extern)) {
                    foreign(site, "calls " + Code.name(object.getClass()) + '.' + name, limit);
                }
            } else {
                enter(object.getClass(), name, type);
            }
        }
    }

    private void enter(Class<?> owner, String name, String type) {
        if (!owner.getName().startsWith("java.") && !owner.isHidden()) {
            Code code = library.find(owner, name, type);
            if (code != null) {
                codes.add(code);
            }
        }
    }

    /** {@return a class; null if it is one of Java's own, in which no extern is} */
    private static Class<?> load(Code code, String internalName) {
        if (internalName.startsWith("java/") || internalName.startsWith("[")) {
            return null;
        }
        try {
            return Class.forName(internalName.replace('/', '.'), false, code.owner().getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }
}
