package org.millrace.code.fuse;

import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.millrace.code.Code;

/** Looks at classes. */
final class Types {
    private Types() {
    }

    /** {@return a class as another one sees it, null if it sees none of that name} */
    static Class<?> load(Class<?> from, ClassDesc type) {
        if (type.isPrimitive()) {
            return null;
        }
        String name = type.isArray() ? type.descriptorString().replace('/', '.')
            : type.descriptorString().substring(1, type.descriptorString().length() - 1).replace('/', '.');
        try {
            return Class.forName(name, false, from.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }

    /** {@return the field that an instruction of a class means, null if there is none} */
    static Field field(Class<?> owner, String name) {
        for (Class<?> c = owner; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        return null;
    }

    static Object value(Field field, Object of) {
        try {
            field.setAccessible(true);
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " cannot be read", e);
        }
    }

    /** {@return the code of a method of a class, null if there is none, or no class file of it: a lambda, a proxy} */
    static Code code(Code.Library library, Class<?> type, String name, String descriptor) {
        if (type.isHidden() || type.getResource(type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class") == null) {
            return null;
        }
        return library.find(type, name, descriptor);
    }

    /** {@return whether code of any package may call the method} */
    static boolean isPublic(Class<?> owner, String name, String descriptor) {
        if (!Modifier.isPublic(owner.getModifiers())) {
            return false;
        }
        for (Method method : owner.getMethods()) {
            if (method.getName().equals(name) && descriptor(method).equals(descriptor)) {
                return Arrays.stream(method.getParameterTypes()).allMatch(type -> type.isPrimitive() || Modifier.isPublic(type.getModifiers()));
            }
        }
        return false;
    }

    private static String descriptor(Method method) {
        StringBuilder text = new StringBuilder("(");
        for (Class<?> type : method.getParameterTypes()) {
            text.append(type.descriptorString());
        }
        return text.append(')').append(method.getReturnType().descriptorString()).toString();
    }

    /** {@return how many locals a method has} */
    static int locals(Code code) {
        int most = code.isStatic() ? 0 : 1;
        for (ClassDesc parameter : java.lang.constant.MethodTypeDesc.ofDescriptor(code.descriptor()).parameterList()) {
            most += java.lang.classfile.TypeKind.from(parameter).slotSize();
        }
        for (Instruction instruction : code.instructions()) {
            most = Math.max(most, switch (instruction) {
                case LoadInstruction load -> load.slot() + load.typeKind().slotSize();
                case StoreInstruction store -> store.slot() + store.typeKind().slotSize();
                default -> 0;
            });
        }
        return most;
    }

    /** {@return how often each local is written, parameters' arrival not counted} */
    static int[] stores(Code code, int locals) {
        int[] stores = new int[locals];
        for (Instruction instruction : code.instructions()) {
            switch (instruction) {
                case StoreInstruction store -> stores[store.slot()]++;
                case IncrementInstruction increment -> stores[increment.slot()] += 2;
                default -> {
                }
            }
        }
        return stores;
    }
}
