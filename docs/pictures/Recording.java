import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs a command and draws what it prints as a terminal that plays it, an SVG without a script in it: {@code java
 * docs/pictures/Recording.java OUT.svg "what is shown as typed" COMMAND...}. A line appears when it was printed; three times
 * as fast as it was.
 */
final class Recording {
    private static final int COLUMNS = 104;
    private static final int ROWS = 26;
    private static final double LINE = 17;
    private static final double CHARACTER = 7.8;
    private static final double FASTER = 3;
    private static final double REST_SECONDS = 6;

    private record Line(double seconds, String text) {
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> command = List.of(arguments).subList(2, arguments.length);
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(0, "$ " + arguments[1]));
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                System.out.println(line);
                lines.add(new Line((System.nanoTime() - begin) / 1e9 / FASTER, cut(line)));
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("exit code " + process.exitValue());
        }
        Files.writeString(Path.of(arguments[0]), draw(lines));
    }

    private static String cut(String line) {
        return line.length() <= COLUMNS ? line : line.substring(0, COLUMNS - 1) + "\u2026";
    }

    /** Lines go up as in a terminal: the whole text is one group, and it is moved up by a line whenever one does not fit. */
    private static String draw(List<Line> lines) {
        double end = lines.getLast().seconds + REST_SECONDS;
        StringBuilder style = new StringBuilder();
        StringBuilder body = new StringBuilder();
        StringBuilder moves = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            double at = 100 * line.seconds / end;
            if (i > 0) {
                style.append(format("@keyframes l%d{0%%,%.3f%%{opacity:0}%.3f%%,100%%{opacity:1}}", i, at, at + 0.001));
                style.append(format("#l%d{animation:l%d %.2fs step-end infinite}%n", i, i, end));
            }
            if (i >= ROWS) {
                moves.append(format("%.3f%%{transform:translateY(%.0fpx)}", at, -LINE * (i - ROWS + 1)));
            }
            body.append(format("<text id='l%d' x='14' y='%.0f' xml:space='preserve'%s>%s</text>%n", i, 46 + LINE * i,
                line.text.strip().startsWith("$") ? " fill='#8fd18f'" : "",
                line.text.replace("&", "&amp;").replace("<", "&lt;")));
        }
        if (!moves.isEmpty()) {
            style.append(format("@keyframes up{0%%{transform:translateY(0)}%s}#up{animation:up %.2fs step-end infinite}%n", moves, end));
        }
        double width = 28 + COLUMNS * CHARACTER;
        double height = 46 + LINE * ROWS;
        return format("""
            <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %.0f' width='%.0f' height='%.0f' role='img'>\
            <title>A terminal that plays %s</title><style>text{font:13px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#d8dee9}
            %s</style>
            <rect width='100%%' height='100%%' rx='8' fill='#1f2530'/><clipPath id='c'><rect y='26' width='100%%' height='%.0f'/></clipPath>
            <g clip-path='url(#c)'><g id='up'>
            %s</g></g>
            <circle cx='16' cy='13' r='5' fill='#e06c5a'/><circle cx='34' cy='13' r='5' fill='#e0b35a'/>\
            <circle cx='52' cy='13' r='5' fill='#7fbf6a'/></svg>
            """, width, height, width, height, lines.getFirst().text.substring(2), style, height - 26, body);
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
