import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Draws the README's diagrams: {@code java docs/pictures/Diagrams.java} from the top of the source tree.
 */
final class Diagrams {
    private static final String INK = "#1f2933";
    private static final String LINUX = "#fff3d6";
    private static final String MILLRACE = "#dcedff";
    private static final String MEMORY = "#e3f4e1";
    private static final String HARDWARE = "#ece4f7";

    private final StringBuilder body = new StringBuilder();

    public static void main(String[] arguments) throws IOException {
        Path here = Path.of("docs/pictures");
        Files.writeString(here.resolve("two-ends.svg"), new Diagrams().twoEnds());
        Files.writeString(here.resolve("inside.svg"), new Diagrams().inside());
    }

    /** An unmodified Linux program, the wire, Millrace and its applications. */
    private String twoEnds() {
        group(10, 34, 250, 176, "Linux, unmodified", LINUX);
        box(30, 66, 210, 34, "curl, wrk, nc, a browser", "#fff");
        box(30, 116, 210, 34, "kernel TCP/IP", "#fff");
        box(30, 166, 210, 30, "linux0  10.77.0.1", "#fff");
        line(135, 100, 135, 116, false);
        line(135, 150, 135, 166, false);

        line(260, 181, 380, 181, false);
        text(320, 172, "Ethernet frames", 12, "middle");
        text(320, 198, "veth, NIC or memory", 10, "middle");

        group(380, 34, 480, 176, "Millrace", MILLRACE);
        box(400, 166, 210, 30, "port: millrace0  10.77.0.2", "#fff");
        box(400, 66, 210, 84, "", HARDWARE);
        text(505, 88, "hardware backend", 12, "middle");
        text(505, 103, "hw-bluefield or hw-tofino", 11, "middle");
        box(415, 112, 180, 28, "tcp-flextoe | tcp-laminar", "#fff");
        line(505, 150, 505, 166, false);
        line(610, 108, 670, 108, false);
        text(640, 100, "contexts", 10, "middle");
        box(670, 60, 174, 28, "Vert.x, Netty server", "#fff");
        box(670, 95, 174, 28, "java.nio program", "#fff");
        box(670, 130, 174, 28, "file server in the runtime", "#fff");
        box(670, 165, 174, 28, "your libTOE application", "#fff");
        return svg(870, 222, "Two ends and the wire: a Linux host speaks Ethernet to a Millrace instance that serves applications");
    }

    /** Processes, the memory that they share, and a segment's way through the data path. */
    private String inside() {
        group(10, 30, 235, 330, "application's process", LINUX);
        box(30, 64, 195, 44, "application", "#fff");
        text(127, 101, "Vert.x, Netty, java.nio", 10, "middle");
        box(30, 130, 195, 60, "libTOE", "#fff");
        text(127, 176, "streams and messages, zero copy", 10, "middle");
        line(127, 108, 127, 130, false);

        group(265, 30, 190, 330, "context: shared memory", MEMORY);
        box(280, 72, 160, 40, "request ring  \u2192", "#fff");
        box(280, 122, 160, 40, "\u2190  event ring", "#fff");
        box(280, 190, 160, 62, "payload buffers", "#fff");
        text(360, 240, "receive and transmit rings", 10, "middle");
        box(280, 276, 160, 30, "doorbells", "#fff");
        text(360, 334, "sealed; every descriptor", 10, "middle");
        text(360, 347, "is read once, then checked", 10, "middle");
        line(225, 160, 280, 92, true);
        line(280, 142, 225, 168, true);
        line(225, 180, 280, 218, false);

        group(475, 30, 465, 330, "Millrace's process", MILLRACE);
        box(490, 64, 435, 176, "", HARDWARE);
        text(500, 82, "data path: one thread, per-segment work, allocates and locks nothing", 11, "start");
        stage(500, 96, "RX", "pre", "protocol", "post", "DMA");
        stage(500, 142, "TX", "scheduler", "protocol", "post", "DMA");
        stage(500, 188, "HC", "bump", "protocol", "post", "context");
        line(440, 92, 490, 204, true);
        line(490, 148, 440, 142, true);
        line(490, 126, 440, 214, true);
        line(440, 228, 490, 168, false);
        box(490, 262, 205, 38, "control plane", "#fff");
        text(592, 293, "handshake, timeouts, congestion", 9.5, "middle");
        line(592, 240, 592, 262, false);
        box(715, 262, 210, 38, "swap", "#fff");
        text(820, 293, "another program, under connections", 9.5, "middle");
        line(820, 262, 820, 240, true);
        box(490, 316, 435, 30, "port: AF_PACKET or memory \u2014 frames stay where they are", "#fff");
        line(705, 240, 705, 316, false);
        return svg(950, 372, "Process, context and data path: an application and the runtime share a context; stages work on it");
    }

    private void stage(int x, int y, String workflow, String... names) {
        text(x + 12, y + 22, workflow, 12, "middle");
        int at = x + 30;
        for (int i = 0; i < names.length; i++) {
            box(at, y, 84, 34, names[i], "#fff");
            if (i > 0) {
                line(at - 14, y + 17, at, y + 17, true);
            }
            at += 98;
        }
    }

    private void group(int x, int y, int width, int height, String title, String fill) {
        rectangle(x, y, width, height, fill, 10);
        text(x + 12, y - 8, title, 13, "start");
    }

    private void box(int x, int y, int width, int height, String label, String fill) {
        rectangle(x, y, width, height, fill, 5);
        if (!label.isEmpty()) {
            text(x + width / 2.0, y + (height < 36 ? height / 2.0 + 4.5 : 17), label, 12.5, "middle");
        }
    }

    private void rectangle(int x, int y, int width, int height, String fill, int round) {
        body.append(String.format("<rect x='%d' y='%d' width='%d' height='%d' rx='%d' fill='%s' stroke='%s'/>%n", x, y, width,
            height, round, fill, INK));
    }

    private void text(double x, double y, String text, double size, String anchor) {
        body.append(String.format("<text x='%.0f' y='%.0f' font-size='%.1f' text-anchor='%s' fill='%s'>%s</text>%n", x, y, size,
            anchor, INK, text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private void line(int x1, int y1, int x2, int y2, boolean oneWay) {
        body.append(String.format("<line x1='%d' y1='%d' x2='%d' y2='%d' stroke='%s' stroke-width='1.4' marker-end='url(#a)'%s/>%n",
            x1, y1, x2, y2, INK, oneWay ? "" : " marker-start='url(#a)'"));
    }

    private String svg(int width, int height, String title) {
        return String.format("""
            <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' font-family='DejaVu Sans, Helvetica, \
            Arial, sans-serif' role='img'><title>%s</title>
            <defs><marker id='a' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' markerHeight='7' \
            orient='auto-start-reverse'><path d='M0 0 8 4 0 8z' fill='%s'/></marker></defs>
            <rect width='100%%' height='100%%' fill='#fff'/>
            %s</svg>
            """, width, height, width, height, title, INK, body);
    }
}
