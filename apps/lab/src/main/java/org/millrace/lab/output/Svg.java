package org.millrace.lab.output;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Plot;

/** Plots as one SVG, one above the other. Needs no display. */
public final class Svg {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 420;
    /** The library names clip paths by hash codes, which are others in every process. */
    private static final Pattern CLIP = Pattern.compile("clip(-?\\d+)");
    /** What is written of a coordinate beyond a hundredth of a pixel is two thirds of a drawing. */
    private static final Pattern FRACTION = Pattern.compile("(\\.\\d\\d)\\d+");

    private Svg() {
    }

    /**
     * {@return the drawing, the same for the same plots}
     *
     * @param plots a series without points is left out, and a plot without series
     * @throws LabException if nothing is left, or this machine's Java cannot draw
     */
    public static String of(List<Plot> plots) throws LabException {
        System.setProperty("java.awt.headless", "true");
        List<Plot> drawn = plots.stream().map(Plot::withoutEmpty).filter(plot -> !plot.series().isEmpty()).toList();
        if (drawn.isEmpty()) {
            throw new LabException("--svg: the run is too short for a point of its plots");
        }
        try {
            return named(draw(drawn));
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | InternalError e) {
            throw new LabException("--svg: this machine's Java cannot draw: " + e.getMessage()
                + "; install the Debian packages libfontconfig1 and fonts-dejavu-core");
        }
    }

    private static String draw(List<Plot> plots) {
        VectorGraphics2D canvas = new VectorGraphics2D();
        for (int i = 0; i < plots.size(); i++) {
            Graphics2D part = (Graphics2D) canvas.create();
            part.translate(0, i * HEIGHT);
            chart(plots.get(i)).paint(part, WIDTH, HEIGHT);
            part.dispose();
        }
        Document document = Processors.get("svg").getDocument(canvas.getCommands(),
            new PageSize(0, 0, WIDTH, HEIGHT * plots.size()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            document.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static XYChart chart(Plot plot) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(plot.title()).xAxisTitle(plot.across())
            .yAxisTitle(plot.up()).build();
        chart.getStyler().setXAxisLogarithmic(plot.isAcrossLog()).setYAxisLogarithmic(plot.isUpLog())
            .setLegendPosition(LegendPosition.OutsideE).setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotGridLinesStroke(new BasicStroke(0.5f)); // dashes become shapes, hundreds of each line
        for (Plot.Series series : plot.series()) {
            XYSeries drawn = chart.addSeries(series.name(), series.across(), series.up());
            if (series.isLine()) {
                drawn.setMarker(SeriesMarkers.NONE);
            } else {
                drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            }
        }
        return chart;
    }

    private static String named(String drawing) {
        Map<String, String> names = new HashMap<>();
        return CLIP.matcher(FRACTION.matcher(drawing).replaceAll("$1")).replaceAll(found ->
            Matcher.quoteReplacement(names.computeIfAbsent(found.group(), name -> "clip" + names.size())));
    }
}
