package org.millrace.cli.tool;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text in columns as wide as they have to be; a heading that begins with {@code >} is a column of numbers. */
public final class Table {
    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    public Table(String... headings) {
        right = new boolean[headings.length];
        for (int i = 0; i < headings.length; i++) {
            right[i] = headings[i].startsWith(">");
        }
        rows.add(Arrays.stream(headings).map(text -> text.replace(">", "")).toArray(String[]::new));
    }

    public void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
    }

    public void print(PrintWriter out) {
        print(out, 0);
    }

    /** Without the headings. */
    public void printRows(PrintWriter out) {
        print(out, 1);
    }

    private void print(PrintWriter out, int from) {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows.subList(from, rows.size())) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String pad = " ".repeat(widths[i] - row[i].length());
                line.append(right[i] ? pad + row[i] : row[i] + pad).append("  ");
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
