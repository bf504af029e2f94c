package org.millrace.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.agilio.model.Fpc;

/** The machine as a drawing: islands with their FPCs, each with what it does, coloured by how much of it is taken. */
public final class IslandsSvg {
    private static final int BOX = 92;
    private static final int HEIGHT = 34;
    private static final int COLUMNS = 4;
    private static final int GAP = 16;
    private static final int TOP = 60;

    private final StringBuilder out = new StringBuilder();

    /** An FPC in the drawing. */
    private record Cell(String name, double share, String detail) {
    }

    private IslandsSvg() {
    }

    /**
     * {@return the drawing of a machine that has run, coloured by how much of the time each FPC ran}
     *
     * @param title above it
     * @param use   how busy it was
     */
    public static String of(String title, Utilisation use) {
        Map<Integer, List<Cell>> islands = new TreeMap<>();
        for (Fpc fpc : use.fpcs()) {
            islands.computeIfAbsent(fpc.island(), i -> new ArrayList<>()).add(new Cell(fpc.name(), use.busy(fpc), fpc.items()
                + " items, its threads " + Math.round(100 * use.occupied(fpc)) + " % taken"));
        }
        return new IslandsSvg().draw(title, "share of the time that an FPC ran; bottleneck: " + use.bottleneck(), islands);
    }

    /**
     * {@return the drawing of a program in its places, coloured by how full the code store is}
     *
     * @param report the report
     */
    public static String of(AgilioReport report) {
        Map<Integer, List<Cell>> islands = new TreeMap<>();
        int first = report.machine().island().first();
        for (AgilioReport.Place p : report.places()) {
            int count = p.place().isInGroups() ? report.mapping().groups() : 1;
            for (int i = 0; i < count; i++) {
                int island = first + (p.place().isInGroups() ? i : report.mapping().groups());
                for (int fpc = 0; fpc < p.place().fpcs(); fpc++) {
                    islands.computeIfAbsent(island, n -> new ArrayList<>()).add(new Cell(p.place().name(),
                        (double) p.instructions() / report.machine().fpc().codeInstructions(), String.join(", ", p.stages())));
                }
            }
        }
        return new IslandsSvg().draw(report.program() + " on " + AgilioBackend.NAME, "share of an FPC's code store", islands);
    }

    private String draw(String title, String what, Map<Integer, List<Cell>> islands) {
        int rows = islands.values().stream().mapToInt(cells -> (cells.size() + COLUMNS - 1) / COLUMNS).max().orElse(1);
        int width = COLUMNS * BOX + GAP;
        int across = Math.min(3, Math.max(1, islands.size()));
        int down = (islands.size() + across - 1) / across;
        int height = rows * HEIGHT + 2 * GAP + 8;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">",
            across * width + GAP, TOP + down * height);
        add("<text x=\"16\" y=\"22\" font-size=\"15\">%s</text>", escaped(title));
        add("<text x=\"16\" y=\"40\" fill=\"#666\">%s</text>", escaped(what));
        int number = 0;
        for (Map.Entry<Integer, List<Cell>> island : islands.entrySet()) {
            island(island.getKey(), island.getValue(), GAP + number % across * width, TOP + number / across * height, rows);
            number++;
        }
        return out.append("</svg>\n").toString();
    }

    private void island(int number, List<Cell> cells, int x, int y, int rows) {
        add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#999\"/>", x - 4, y - 2,
            COLUMNS * BOX + 4, rows * HEIGHT + GAP + 6);
        add("<text x=\"%d\" y=\"%d\" fill=\"#666\">island %d</text>", x, y + 10, number);
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            int left = x + i % COLUMNS * BOX;
            int top = y + GAP + i / COLUMNS * HEIGHT;
            add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" stroke=\"#888\"><title>%s</title></rect>", left, top,
                BOX - 4, HEIGHT - 4, colour(cell.share), escaped(cell.detail));
            add("<text x=\"%d\" y=\"%d\">%s %.0f %%</text>", left + 4, top + 19, escaped(cell.name), 100 * cell.share);
        }
    }

    /** From white over yellow to red. */
    private static String colour(double share) {
        double part = Math.clamp(share, 0, 1);
        int green = (int) Math.round(part < 0.5 ? 255 - 60 * part : 330 - 210 * part);
        return String.format(Locale.ROOT, "#%02x%02x%02x", 255, Math.clamp(green, 90, 255), (int) Math.round(255 - 190 * part));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void add(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
