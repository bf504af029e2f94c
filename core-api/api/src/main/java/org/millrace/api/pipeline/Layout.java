package org.millrace.api.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The fields of a {@link View}, read from the compiled accessors of its class and superclasses.
 *
 * @param fields by offset
 */
public record Layout(List<Field> fields) {
    private static final ClassValue<Layout> LAYOUTS = new ClassValue<>() {
        @Override
        protected Layout computeValue(Class<?> type) {
            return read(type);
        }
    };

    /**
     * One field.
     *
     * @param name   the accessor's name
     * @param offset bytes
     * @param bits   8, 16 or 32
     */
    public record Field(String name, int offset, int bits) {
    }

    /** {@return the words the fields cover} */
    public int words() {
        int bytes = 0;
        for (Field field : fields) {
            bytes = Math.max(bytes, field.offset + field.bits / 8);
        }
        return (bytes + 3) / 4;
    }

    /** {@return the bits of all fields} */
    public int bits() {
        return fields.stream().mapToInt(Field::bits).sum();
    }

    /**
     * Reads the layout of a view.
     *
     * @param type the view's class
     * @return its fields
     * @throws IllegalArgumentException if two fields overlap, naming them
     */
    public static Layout of(Class<? extends View> type) {
        return LAYOUTS.get(type);
    }

    private static Layout read(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != View.class; c = c.getSuperclass()) {
            for (MethodModel method : parse(c).methods()) {
                readGetter(method, fields);
            }
        }
        fields.sort(Comparator.comparingInt(Field::offset));
        for (int i = 1; i < fields.size(); i++) {
            Field before = fields.get(i - 1);
            if (before.offset + before.bits / 8 > fields.get(i).offset) {
                throw new IllegalArgumentException(type.getName() + ": fields " + before.name + " and "
                    + fields.get(i).name + " overlap at offset " + fields.get(i).offset);
            }
        }
        return new Layout(List.copyOf(fields));
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

    /** A getter has no parameter and one call of i32, u16 or u8 with a constant offset. */
    private static void readGetter(MethodModel method, List<Field> fields) {
        if (!method.methodType().stringValue().startsWith("()") || method.code().isEmpty()) {
            return;
        }
        Integer constant = null;
        Field found = null;
        for (CodeElement element : method.code().get()) {
            if (element instanceof ConstantInstruction c && c.constantValue() instanceof Integer value) {
                constant = value;
            } else if (element instanceof InvokeInstruction call && constant != null) {
                int bits = bits(call.name().stringValue(), call.type().stringValue());
                if (bits == 0 || found != null) {
                    return;
                }
                found = new Field(method.methodName().stringValue(), constant, bits);
            }
        }
        if (found != null) {
            fields.add(found);
        }
    }

    private static int bits(String name, String descriptor) {
        if (!descriptor.equals("(I)I")) {
            return 0;
        }
        return switch (name) {
            case "i32" -> 32;
            case "u16" -> 16;
            case "u8" -> 8;
            default -> 0;
        };
    }
}
