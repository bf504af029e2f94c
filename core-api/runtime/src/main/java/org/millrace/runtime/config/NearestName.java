package org.millrace.runtime.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Which of some names somebody may have meant. */
public final class NearestName {
    private NearestName() {
    }

    /**
     * {@return the name that takes the fewest letters changed, left out or added, if it takes few}
     *
     * @param typed what was typed
     * @param names what there is
     */
    public static Optional<String> of(String typed, Collection<String> names) {
        int most = 1 + typed.length() / 4;
        return names.stream().filter(name -> distance(typed, name) <= most)
            .min(Comparator.comparingInt((String name) -> distance(typed, name)).thenComparing(name -> name));
    }

    /** Levenshtein's, whatever the case. */
    private static int distance(String a, String b) {
        String from = a.toLowerCase(Locale.ROOT);
        String to = b.toLowerCase(Locale.ROOT);
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
