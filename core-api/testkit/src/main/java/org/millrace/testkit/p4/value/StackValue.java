package org.millrace.testkit.p4.value;

import java.util.Arrays;

/** A stack of headers (§8.18). One thread. */
public final class StackValue {
    private final StructValue[] elements;
    private int next;

    StackValue(StructValue[] elements, int next) {
        this.elements = elements;
        this.next = next;
    }

    public int size() {
        return elements.length;
    }

    /** @return where extract into next goes */
    public int next() {
        return next;
    }

    public void next(int index) {
        next = index;
    }

    public StructValue element(int index) {
        return elements[index];
    }

    public void element(int index, StructValue value) {
        elements[index] = value;
    }

    /** Moves elements towards the end, or the start if negative; those that are new are invalid. */
    public void push(int count) {
        StructValue[] before = elements.clone();
        for (int i = 0; i < elements.length; i++) {
            int from = i - count;
            elements[i] = from >= 0 && from < before.length ? before[from] : (StructValue) Values.initial(before[0].type());
        }
        next = Math.clamp(next + count, 0, elements.length);
    }

    @Override
    public String toString() {
        return Arrays.toString(elements);
    }
}
