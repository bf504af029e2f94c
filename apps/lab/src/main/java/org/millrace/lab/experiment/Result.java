package org.millrace.lab.experiment;

import java.util.ArrayList;
import java.util.List;

/**
 * What came of a run: a table, with what is published beside what we got; what was calibrated, on what; what has to be known to read it; plots.
 * The experiment fills it. Cells are what {@link Cells} writes.
 */
public final class Result {
    private final String title;
    private final List<String> headings;
    private final List<List<Object>> rows = new ArrayList<>();
    private final List<String> calibrated = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Plot> plots = new ArrayList<>();

    /**
     * An empty one.
     *
     * @param title    what was run, in a line
     * @param headings of the columns, with units; one that begins with {@code >} is of numbers
     */
    public Result(String title, String... headings) {
        this.title = title;
        this.headings = List.of(headings);
    }

    /**
     * Adds a row.
     *
     * @param cells one a column
     * @return this
     */
    public Result row(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + headings.size() + " columns of " + title);
        }
        rows.add(List.of(cells));
        return this;
    }

    /**
     * Says what was calibrated, and on what; nothing said: nothing was.
     *
     * @param what a line
     * @return this
     */
    public Result calibrated(String what) {
        calibrated.add(what);
        return this;
    }

    /**
     * Says what has to be known to read the table.
     *
     * @param note a line
     * @return this
     */
    public Result note(String note) {
        notes.add(note);
        return this;
    }

    /**
     * Adds a plot; they stand one above the other.
     *
     * @param plot the plot
     * @return this
     */
    public Result plot(Plot plot) {
        plots.add(plot);
        return this;
    }

    public String title() {
        return title;
    }

    public List<String> headings() {
        return headings;
    }

    public List<List<Object>> rows() {
        return rows;
    }

    public List<String> calibrated() {
        return calibrated;
    }

    public List<String> notes() {
        return notes;
    }

    public List<Plot> plots() {
        return plots;
    }
}
