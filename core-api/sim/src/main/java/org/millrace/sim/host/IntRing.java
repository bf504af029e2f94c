package org.millrace.sim.host;

/** Numbers, first in, first out; grows to the most that waited. */
final class IntRing {
    private int[] numbers = new int[16];
    private int head;
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void add(int number) {
        if (count == numbers.length) {
            int[] larger = new int[2 * count];
            for (int i = 0; i < count; i++) {
                larger[i] = numbers[head + i & count - 1];
            }
            numbers = larger;
            head = 0;
        }
        numbers[head + count++ & numbers.length - 1] = number;
    }

    int take() {
        int number = numbers[head];
        head = head + 1 & numbers.length - 1;
        count--;
        return number;
    }
}
