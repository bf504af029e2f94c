package org.millrace.testkit.p4.source;

import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/**
 * Text after preprocessing, and where each of its lines came from.
 *
 * @param lines   without line ends
 * @param origins file:line of each
 */
public record SourceText(List<String> lines, List<String> origins) {
    /** @return all lines, ended */
    public String text() {
        return String.join("\n", lines) + "\n";
    }

    /** @return file:line:column, the column from 1 */
    public String place(int line, int column) {
        int known = Math.clamp(line, 1, origins.size());
        return origins.get(known - 1) + ":" + (column + 1);
    }

    /** @return what to throw about a token */
    public P4Exception error(Token at, String problem) {
        return new P4Exception(place(at.getLine(), at.getCharPositionInLine()) + ": " + problem);
    }

    /** @return what to throw about a phrase */
    public P4Exception error(ParserRuleContext at, String problem) {
        return error(at.getStart(), problem);
    }
}
