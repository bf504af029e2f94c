package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/** Which answers of comparators lead to the same: as few conjunctions as pairing finds. */
final class Rows {
    /** Answers that are fixed, and those that do not matter. */
    private record Term(int value, int any) {
        boolean covers(int row) {
            return ((row ^ value) & ~any) == 0;
        }
    }

    private Rows() {
    }

    /**
     * {@return a condition that holds in these rows; "true" in all}
     *
     * @param answers  texts of the comparators' answers, the first is the lowest bit of a row
     * @param wanted   rows in which it must hold
     * @param possible rows that can be; in others it may
     */
    static String condition(List<String> answers, IntPredicate wanted, IntPredicate possible) {
        int rows = 1 << answers.size();
        Set<Term> terms = new LinkedHashSet<>();
        for (int row = 0; row < rows; row++) {
            if (wanted.test(row) || !possible.test(row)) {
                terms.add(new Term(row, 0));
            }
        }
        Set<Term> prime = new LinkedHashSet<>();
        while (!terms.isEmpty()) {
            Set<Term> wider = new LinkedHashSet<>();
            for (Term t : terms) {
                boolean paired = false;
                for (int bit = 0; bit < answers.size(); bit++) {
                    int mask = 1 << bit;
                    if ((t.any & mask) == 0 && terms.contains(new Term(t.value ^ mask, t.any))) {
                        wider.add(new Term(t.value & ~mask, t.any | mask));
                        paired = true;
                    }
                }
                if (!paired) {
                    prime.add(new Term(t.value & ~t.any, t.any));
                }
            }
            Set<Term> next = new LinkedHashSet<>();
            wider.forEach(t -> next.add(new Term(t.value & ~t.any, t.any)));
            terms = next;
        }
        return text(answers, cover(prime, wanted, rows));
    }

    private static List<Term> cover(Set<Term> prime, IntPredicate wanted, int rows) {
        List<Term> chosen = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int at = row;
            if (wanted.test(row) && chosen.stream().noneMatch(t -> t.covers(at))) {
                prime.stream().filter(t -> t.covers(at)).max(java.util.Comparator.comparingInt(t -> Integer.bitCount(t.any)))
                    .ifPresent(chosen::add);
            }
        }
        return chosen;
    }

    private static String text(List<String> answers, List<Term> terms) {
        if (terms.isEmpty()) {
            return "false";
        }
        List<String> any = new ArrayList<>();
        for (Term t : terms) {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < answers.size(); i++) {
                if ((t.any >> i & 1) == 0) {
                    all.add((t.value >> i & 1) != 0 ? answers.get(i) : "!(" + answers.get(i) + ")");
                }
            }
            any.add(all.isEmpty() ? "true" : String.join(" && ", all));
        }
        return any.size() == 1 ? any.getFirst() : "(" + String.join(") || (", any) + ")";
    }
}
