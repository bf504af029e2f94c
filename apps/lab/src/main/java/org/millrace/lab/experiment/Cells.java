package org.millrace.lab.experiment;

import java.util.Locale;

/** How cells of a {@link Result} are written: texts, whole numbers, numbers with three or four figures, {@link Percent}s. */
public final class Cells {
    private Cells() {
    }

    /**
     * A part of a hundred, with its sign.
     *
     * @param value 12.5 is +12.5 %
     */
    public record Percent(double value) {
    }

    /**
     * {@return by how much a figure is off; "–" if nothing is published}
     *
     * @param published what it should be; not a number: unknown
     * @param ours      what it is
     */
    public static Object error(double published, double ours) {
        return Double.isFinite(published) && published != 0 && Double.isFinite(ours)
            ? new Percent(100 * (ours - published) / published) : "–";
    }

    /**
     * {@return a cell for people}
     *
     * @param cell a cell
     */
    public static String text(Object cell) {
        return switch (cell) {
            case Percent percent -> String.format(Locale.ROOT, "%+.1f %%", percent.value);
            case Double number -> number(number);
            default -> String.valueOf(cell);
        };
    }

    /**
     * {@return a cell for programs: numbers in full, percents without their sign}
     *
     * @param cell a cell
     */
    public static String exact(Object cell) {
        return switch (cell) {
            case Percent percent -> String.format(Locale.ROOT, "%.4f", percent.value);
            case Double number when Double.isNaN(number) -> "";
            case String text when text.equals("–") -> "";
            default -> String.valueOf(cell);
        };
    }

    private static String number(double number) {
        double size = Math.abs(number);
        if (Double.isNaN(number)) {
            return "–";
        }
        if (size >= 1_000 || number == Math.rint(number) && size < 1e15) {
            return String.format(Locale.ROOT, "%,.0f", number);
        }
        return String.format(Locale.ROOT, size >= 100 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", number);
    }
}
