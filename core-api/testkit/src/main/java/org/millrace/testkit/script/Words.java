package org.millrace.testkit.script;

import java.util.List;

/** The words of a line, taken one after the other. */
final class Words {
    private final List<String> words;
    private int at;

    Words(List<String> words) {
        this.words = words;
    }

    boolean hasNext() {
        return at < words.size();
    }

    String peek() {
        return hasNext() ? words.get(at) : "";
    }

    String next(String what) {
        if (!hasNext()) {
            throw new IllegalArgumentException(what + " is missing");
        }
        return words.get(at++);
    }

    /** {@return whether the next word is this one, which is taken then} */
    boolean take(String word) {
        boolean is = peek().equals(word);
        at += is ? 1 : 0;
        return is;
    }

    long number(String what) {
        return number(what, next(what));
    }

    static long number(String what, String text) {
        try {
            return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(what + " is " + text + ", allowed is a number");
        }
    }

    void end() {
        if (hasNext()) {
            throw new IllegalArgumentException("what is " + String.join(" ", words.subList(at, words.size())) + "?");
        }
    }
}
