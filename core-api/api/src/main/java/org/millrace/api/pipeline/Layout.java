package org.millrace.api.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fields of a {@link View}, read from the compiled methods of its class and superclasses: every access counts, a
 * setter's without a getter too. An access whose offset is no constant where it stands is in no layout; what compiled
 * stages are checked for when they are admitted finds it.
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
     * @param name   the getter's name; of a field that has no getter of its own, {@code method} or {@code method@offset}
     * @param offset bytes
     * @param bits   8, 16 or 32; of an indexed field, of one element
     * @param length elements; 1: the field is not indexed
     */
    public record Field(String name, int offset, int bits, int length) {
        /**
         * A field that is not indexed.
         *
         * @param name   the getter's name
         * @param offset bytes
         * @param bits   8, 16 or 32
         */
        public Field(String name, int offset, int bits) {
            this(name, offset, bits, 1);
        }

        /** {@return the offset behind it, bytes} */
        public int end() {
            return offset + bits / 8 * length;
        }
    }

    /** {@return the words the fields cover} */
    public int words() {
        int bytes = 0;
        for (Field field : fields) {
            bytes = Math.max(bytes, field.end());
        }
        return (bytes + 3) / 4;
    }

    /** {@return the bits of all fields} */
    public int bits() {
        return fields.stream().mapToInt(field -> field.bits * field.length).sum();
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
        List<AccessReader.Method> methods = new ArrayList<>();
        for (Class<?> c = type; c != View.class; c = c.getSuperclass()) {
            methods.addAll(AccessReader.read(c));
        }
        methods.sort(Comparator.comparing(AccessReader.Method::rank));
        Map<String, Field> found = new LinkedHashMap<>();
        for (AccessReader.Method method : methods) {
            for (Field access : method.accesses()) {
                String name = method.accesses().size() == 1 ? method.name() : method.name() + "@" + access.offset;
                found.putIfAbsent(access.offset + "/" + access.bits + "/" + access.length,
                    new Field(name, access.offset, access.bits, access.length));
            }
        }
        List<Field> fields = found.values().stream().sorted(Comparator.comparingInt(Field::offset)).toList();
        for (int i = 1; i < fields.size(); i++) {
            Field before = fields.get(i - 1);
            if (before.end() > fields.get(i).offset) {
                throw new IllegalArgumentException(type.getName() + ": fields " + before.name + " and "
                    + fields.get(i).name + " overlap at offset " + fields.get(i).offset);
            }
        }
        return new Layout(fields);
    }
}
