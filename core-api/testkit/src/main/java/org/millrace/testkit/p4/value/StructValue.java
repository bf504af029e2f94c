package org.millrace.testkit.p4.value;

/** A header or struct. One thread. */
public final class StructValue {
    private final Type.Struct type;
    private final Object[] fields;
    private boolean valid;

    StructValue(Type.Struct type, Object[] fields, boolean valid) {
        this.type = type;
        this.fields = fields;
        this.valid = valid;
    }

    public Type.Struct type() {
        return type;
    }

    public Object field(int index) {
        return fields[index];
    }

    public void field(int index, Object value) {
        fields[index] = value;
    }

    /** @return by its name */
    public Object field(String name) {
        return fields[known(name)];
    }

    public void field(String name, Object value) {
        fields[known(name)] = value;
    }

    public boolean valid() {
        return valid;
    }

    public void valid(boolean now) {
        valid = now;
    }

    /** Takes what another holds. */
    public void become(StructValue other) {
        System.arraycopy(other.fields, 0, fields, 0, fields.length);
        valid = other.valid;
    }

    private int known(String name) {
        int index = type.index(name);
        if (index < 0) {
            throw new IllegalArgumentException(type + " has no field " + name);
        }
        return index;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(type.name()).append(valid || !type.header() ? "{" : "(invalid){");
        for (int i = 0; i < fields.length; i++) {
            text.append(i == 0 ? "" : ", ").append(type.fields().get(i).name()).append('=').append(fields[i]);
        }
        return text.append('}').toString();
    }
}
