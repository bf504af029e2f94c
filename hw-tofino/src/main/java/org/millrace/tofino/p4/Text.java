package org.millrace.tofino.p4;

/** Lines of text, indented by the braces that are open. */
final class Text {
    private final StringBuilder lines = new StringBuilder();
    private int depth;

    Text line(String line) {
        if (line.startsWith("}") || line.startsWith(")")) {
            depth--;
        }
        if (!line.isEmpty()) {
            lines.append("    ".repeat(depth)).append(line);
        }
        lines.append('\n');
        if (line.replaceFirst("\\s*//.*", "").endsWith("{")) {
            depth++;
        }
        return this;
    }

    Text gap() {
        return line("");
    }

    /** Appends a block of lines that is indented by itself. */
    Text block(String block) {
        block.lines().forEach(l -> lines.append(l.isEmpty() ? "" : "    ".repeat(depth) + l).append('\n'));
        return this;
    }

    /** Appends a block that opens a brace at its end. */
    Text open(String block) {
        block(block);
        depth++;
        return this;
    }

    @Override
    public String toString() {
        return lines.toString();
    }
}
