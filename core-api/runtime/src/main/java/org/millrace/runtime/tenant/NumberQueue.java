package org.millrace.runtime.tenant;

import java.util.Arrays;

/** Numbers that wait, oldest first. Owned by: the data-path thread. */
final class NumberQueue {
    private long[] numbers = new long[256];
    private int head;
    private int count;

    int size() {
        return count;
    }

    void add(long number) {
        if (count == numbers.length) {
            long[] larger = Arrays.copyOfRange(numbers, head, head + 2 * count);
            System.arraycopy(numbers, 0, larger, count - head, head);
            numbers = larger;
            head = 0;
        }
        numbers[head + count++ & numbers.length - 1] = number;
    }

    /** {@return the oldest; there is one} */
    long take() {
        long number = numbers[head];
        head = head + 1 & numbers.length - 1;
        count--;
        return number;
    }
}
