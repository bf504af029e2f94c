package org.millrace.lab.experiment;

import java.util.List;

/**
 * A plot.
 *
 * @param title          above it
 * @param across         what is across, with its unit
 * @param up             what is up, with its unit
 * @param isAcrossLog    whether across is logarithmic
 * @param isUpLog        whether up is logarithmic
 * @param series         what is in it
 */
public record Plot(String title, String across, String up, boolean isAcrossLog, boolean isUpLog, List<Series> series) {
    /** {@return it without series that have no point} */
    public Plot withoutEmpty() {
        return new Plot(title, across, up, isAcrossLog, isUpLog, series.stream().filter(line -> !line.across.isEmpty()).toList());
    }

    /**
     * One line, or points.
     *
     * @param name   in the legend
     * @param isLine joined; else points
     * @param across values
     * @param up     values, as many
     */
    public record Series(String name, boolean isLine, List<Double> across, List<Double> up) {
    }
}
