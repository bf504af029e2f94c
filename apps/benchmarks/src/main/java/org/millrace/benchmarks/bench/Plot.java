package org.millrace.benchmarks.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;

/** What was measured as a share of its goal: a bar that ends below 1 has met it. */
final class Plot {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;

    private Plot() {
    }

    /**
     * {@return a picture, SVG}
     *
     * @param lines those with a goal
     * @throws IOException if there is none
     */
    static byte[] svg(List<Result> lines) throws IOException {
        if (lines.isEmpty()) {
            throw new IOException("nothing to draw: no line with a goal was measured");
        }
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title("Measured, as a share of the goal")
            .yAxisTitle("1: just met; below: better").build();
        chart.getStyler().setXAxisLabelRotation(60).setLegendVisible(false);
        chart.addSeries("share", lines.stream().map(Result::metric).toList(), lines.stream().map(Plot::share).toList());
        ByteArrayOutputStream picture = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, picture, VectorGraphicsFormat.SVG);
        return picture.toByteArray();
    }

    private static double share(Result line) {
        double limit = line.goal().limit();
        return line.goal().bound() == Result.Bound.AT_MOST ? line.judged() / limit : limit / line.judged();
    }
}
