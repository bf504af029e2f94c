package org.millrace.code;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A method's instructions with their lines. Equal if it is the same.
 *
 * @param owner        the class
 * @param name         the method
 * @param descriptor   its type
 * @param isStatic     whether it has no receiver
 * @param instructions in order
 * @param lines        source line by instruction
 * @param labels       instruction by label
 * @param catches      whether it has exception handlers
 */
public record Code(Class<?> owner, String name, String descriptor, boolean isStatic, List<Instruction> instructions,
            List<Integer> lines, Map<Label, Integer> labels, boolean catches) {
    /** Finds methods, and keeps what it has parsed. One thread at a time. */
    public static final class Library {
        private final Map<Class<?>, ClassModel> models = new HashMap<>();
        private final Map<Key, Code> codes = new HashMap<>();

        private record Key(Class<?> type, String name, String descriptor) {
        }

        /** Makes one that has parsed nothing. */
        public Library() {
        }

        /**
         * {@return the code of a method of the class, a superclass or an interface of it, null if there is none}
         *
         * @param type       the class
         * @param name       the method
         * @param descriptor its type; null: the first one of that name that is no bridge
         */
        public Code find(Class<?> type, String name, String descriptor) {
            Key key = new Key(type, name, descriptor);
            if (!codes.containsKey(key)) {
                codes.put(key, search(type, name, descriptor));
            }
            return codes.get(key);
        }

        private Code search(Class<?> type, String name, String descriptor) {
            for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
                Code code = declared(c, name, descriptor);
                if (code != null) {
                    return code;
                }
            }
            for (Class<?> i : type.getInterfaces()) {
                Code code = search(i, name, descriptor);
                if (code != null) {
                    return code;
                }
            }
            return null;
        }

        private Code declared(Class<?> type, String name, String descriptor) {
            ClassModel model = models.computeIfAbsent(type, Library::parse);
            for (MethodModel method : model.methods()) {
                boolean isBridge = (method.flags().flagsMask() & ClassFile.ACC_BRIDGE) != 0;
                if (method.methodName().equalsString(name) && method.code().isPresent()
                    && (descriptor == null ? !isBridge : method.methodType().equalsString(descriptor))) {
                    return read(type, method);
                }
            }
            return null;
        }

        private static ClassModel parse(Class<?> type) {
            String resource = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
            try (InputStream in = type.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalArgumentException(type.getName() + ": class file not found");
                }
                return ClassFile.of().parse(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(type.getName() + ": class file not readable", e);
            }
        }

        private static Code read(Class<?> type, MethodModel method) {
            List<Instruction> instructions = new ArrayList<>();
            List<Integer> lines = new ArrayList<>();
            Map<Label, Integer> labels = new HashMap<>();
            int line = 0;
            for (CodeElement element : method.code().orElseThrow()) {
                switch (element) {
                    case LineNumber n -> line = n.line();
                    case LabelTarget target -> labels.put(target.label(), instructions.size());
                    case Instruction i -> {
                        instructions.add(i);
                        lines.add(line);
                    }
                    default -> {
                    }
                }
            }
            return new Code(type, method.methodName().stringValue(), method.methodType().stringValue(),
                (method.flags().flagsMask() & ClassFile.ACC_STATIC) != 0, instructions, lines, labels,
                !method.code().orElseThrow().exceptionHandlers().isEmpty());
        }
    }

    /**
     * {@return where an instruction stands in the source}
     *
     * @param index its number; behind the last one, the last one is meant
     */
    public Site site(int index) {
        return new Site(toString(), lines.get(Math.min(index, lines.size() - 1)));
    }

    /** {@return the name of a class; of a lambda, without the number that changes from run to run}
     * @param type the class */
    public static String name(Class<?> type) {
        String name = type.getSimpleName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda) + " (lambda)";
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return owner.getSimpleName() + '.' + name;
    }
}
