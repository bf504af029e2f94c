package org.millrace.api.pipeline;

import java.util.Arrays;

/** Moves views over memory. For backends, the runtime and test harnesses; a stage never moves a view. */
public final class ViewCursor {
    private static final int[] NOWHERE = {};

    private ViewCursor() {
    }

    /**
     * Places a view.
     *
     * @param view  the view
     * @param words the memory
     * @param base  index of its first word
     */
    public static void move(View view, int[] words, int base) {
        view.words = words;
        view.base = base;
    }

    /**
     * Moves a view within the memory that it was placed in.
     *
     * @param view the view
     * @param base index of its first word
     */
    public static void move(View view, int base) {
        view.base = base;
    }

    /**
     * Takes a view away: whatever is read or written through it throws.
     *
     * @param view the view
     */
    public static void remove(View view) {
        move(view, NOWHERE, 0);
    }

    /**
     * {@return the memory that a view is placed in}
     *
     * @param view the view
     */
    public static int[] words(View view) {
        return view.words;
    }

    /**
     * {@return the index of a view's first word}
     *
     * @param view the view
     */
    public static int base(View view) {
        return view.base;
    }

    /**
     * Zeroes what a view covers.
     *
     * @param view       a placed view
     * @param lengthWords words to zero from its first
     */
    public static void clear(View view, int lengthWords) {
        Arrays.fill(view.words, view.base, view.base + lengthWords, 0);
    }

    /**
     * Copies what one view covers to another place.
     *
     * @param from        a placed view
     * @param to          another of the same layout
     * @param lengthWords words to copy
     */
    public static void copy(View from, View to, int lengthWords) {
        System.arraycopy(from.words, from.base, to.words, to.base, lengthWords);
    }

    /**
     * Copies some bits of what one view covers to another place; the others are 0 there.
     *
     * @param from a placed view
     * @param to   another of the same layout
     * @param mask the bits, a word of it for each word of the views
     */
    public static void copy(View from, View to, int[] mask) {
        for (int i = 0; i < mask.length; i++) {
            to.words[to.base + i] = from.words[from.base + i] & mask[i];
        }
    }
}
