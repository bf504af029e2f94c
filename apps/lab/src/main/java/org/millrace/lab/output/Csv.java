package org.millrace.lab.output;

import java.util.List;
import java.util.stream.Collectors;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.Result;

/** The table of a result as CSV (RFC 4180, lines end with a newline alone); title, calibration and notes as lines with {@code #}. */
public final class Csv {
    private Csv() {
    }

    /**
     * {@return the table}
     *
     * @param result of a run
     */
    public static String of(Result result) {
        StringBuilder text = new StringBuilder("# ").append(result.title()).append('\n');
        result.calibrated().forEach(line -> text.append("# calibrated: ").append(line).append('\n'));
        result.notes().forEach(line -> text.append("# ").append(line).append('\n'));
        text.append(line(result.headings().stream().map(heading -> heading.replaceFirst("^>", "")).toList()));
        result.rows().forEach(row -> text.append(line(row.stream().map(Cells::exact).toList())));
        return text.toString();
    }

    private static String line(List<String> cells) {
        return cells.stream().map(Csv::quoted).collect(Collectors.joining(",", "", "\n"));
    }

    private static String quoted(String cell) {
        return cell.matches("(?s).*[,\"\\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
}
