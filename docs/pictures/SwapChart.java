import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws what {@code millrace demo --swap --rates FILE} has written: {@code java docs/pictures/SwapChart.java FILE OUT.svg
 * CONDITIONS}.
 */
final class SwapChart {
    private static final int WIDTH = 950;
    private static final int HEIGHT = 330;
    private static final int LEFT = 60;
    private static final int TOP = 70;
    private static final int RIGHT = WIDTH - 20;
    private static final int BOTTOM = HEIGHT - 45;
    private static final String[] FILLS = {"#dcedff", "#e3f4e1", "#ece4f7", "#fff3d6"};

    private record Sample(double seconds, String runs, double toClients, double fromClients, String pauseUs) {
    }

    private final List<Sample> samples = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private final double end;
    private final double most;

    private SwapChart(List<String> lines) {
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            samples.add(new Sample(Double.parseDouble(fields[0]), fields[1], Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3]), fields[4]));
        }
        end = samples.getLast().seconds;
        most = Math.ceil(samples.stream().mapToDouble(s -> Math.max(s.toClients, s.fromClients)).max().orElse(1));
    }

    public static void main(String[] arguments) throws IOException {
        SwapChart chart = new SwapChart(Files.readAllLines(Path.of(arguments[0])));
        Files.writeString(Path.of(arguments[1]), chart.draw(arguments[2]));
    }

    private String draw(String conditions) {
        stripes();
        axes();
        curve(true, "#1668b8");
        curve(false, "#b8531a");
        swaps();
        text(LEFT, 18, "Throughput while transport and hardware are replaced under load (Gbit/s, every 0.1 s)", 14, "start", "#1f2933");
        text(LEFT, 36, conditions, 11, "start", "#52606d");
        text(RIGHT - 190, 36, "to clients", 11, "start", "#1668b8");
        text(RIGHT - 100, 36, "from clients", 11, "start", "#b8531a");
        return String.format("""
            <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' font-family='DejaVu Sans, Helvetica, \
            Arial, sans-serif' role='img'><title>Swaps under load</title><rect width='100%%' height='100%%' fill='#fff'/>
            %s</svg>
            """, WIDTH, HEIGHT, WIDTH, HEIGHT, body);
    }

    /** {@return the first sample of each thing that ran, and the number of samples} */
    private List<Integer> phases() {
        List<Integer> begins = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            if (i == 0 || !samples.get(i).runs.equals(samples.get(i - 1).runs)) {
                begins.add(i);
            }
        }
        begins.add(samples.size());
        return begins;
    }

    private double begin(int sample) {
        return x(sample == 0 ? 0 : sample == samples.size() ? end : samples.get(sample).seconds);
    }

    private void stripes() {
        List<Integer> phases = phases();
        for (int i = 0; i < phases.size() - 1; i++) {
            double from = begin(phases.get(i));
            body.append(format("<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/>%n", from, TOP,
                begin(phases.get(i + 1)) - from, BOTTOM - TOP, FILLS[i % FILLS.length]));
        }
    }

    /** What ran from where on, and the pause for it. */
    private void swaps() {
        List<Integer> phases = phases();
        for (int i = 0; i < phases.size() - 1; i++) {
            Sample first = samples.get(phases.get(i));
            boolean narrow = begin(phases.get(i + 1)) - begin(phases.get(i)) < 80;
            double at = narrow ? begin(phases.get(i + 1)) : begin(phases.get(i)) + 4;
            String[] words = first.runs.split(" on ");
            text(at, TOP - 17, words[0], 10, narrow ? "end" : "start", "#1f2933");
            text(at, TOP - 5, words[1], 10, narrow ? "end" : "start", "#1f2933");
            if (!first.pauseUs.isEmpty()) {
                body.append(format("<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' stroke='#1f2933' stroke-dasharray='4 3'/>%n",
                    begin(phases.get(i)), TOP, begin(phases.get(i)), BOTTOM));
                text(at, TOP + 13, format("pause %.1f ms", Double.parseDouble(first.pauseUs) / 1000), 10,
                    narrow ? "end" : "start", "#1f2933");
            }
        }
    }

    private void axes() {
        for (int gigabits = 0; gigabits <= most; gigabits += Math.max(1, (int) most / 5)) {
            body.append(format("<line x1='%d' y1='%.1f' x2='%d' y2='%.1f' stroke='#1f2933' stroke-opacity='0.2'/>%n", LEFT, y(gigabits),
                RIGHT, y(gigabits)));
            text(LEFT - 8, y(gigabits) + 4, Integer.toString(gigabits), 11, "end", "#1f2933");
        }
        for (int seconds = 0; seconds <= end; seconds += 5) {
            text(x(seconds), BOTTOM + 18, Integer.toString(seconds), 11, "middle", "#1f2933");
        }
        text((LEFT + RIGHT) / 2.0, BOTTOM + 36, "seconds", 11, "middle", "#1f2933");
    }

    private void curve(boolean toClients, String colour) {
        StringBuilder points = new StringBuilder();
        for (Sample sample : samples) {
            points.append(format("%.1f,%.1f ", x(sample.seconds), y(toClients ? sample.toClients : sample.fromClients)));
        }
        body.append(format("<polyline fill='none' stroke='%s' stroke-width='1.6' points='%s'/>%n", colour, points.toString().strip()));
    }

    private double x(double seconds) {
        return LEFT + (RIGHT - LEFT) * seconds / end;
    }

    private double y(double gigabits) {
        return BOTTOM - (BOTTOM - TOP) * gigabits / most;
    }

    private void text(double x, double y, String text, double size, String anchor, String colour) {
        body.append(format("<text x='%.0f' y='%.0f' font-size='%.0f' text-anchor='%s' fill='%s' paint-order='stroke' "
            + "stroke='#fff' stroke-opacity='0.7' stroke-width='3'>%s</text>%n", x, y, size, anchor,
            colour, text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
