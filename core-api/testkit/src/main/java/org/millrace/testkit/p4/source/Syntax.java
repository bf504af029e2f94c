package org.millrace.testkit.p4.source;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.millrace.testkit.p4.grammar.P4Lexer;
import org.millrace.testkit.p4.grammar.P4Parser;

/** From text to the tree of its phrases. */
public final class Syntax {
    private static final Set<String> DECLARING = Set.of("header", "struct", "header_union", "enum", "extern");
    private static final Set<String> RENAMING = Set.of("typedef", "type");

    private Syntax() {
    }

    /**
     * Parses.
     *
     * @throws P4Exception with every mistake found
     */
    public static P4Parser.ProgramContext parse(SourceText source) {
        List<String> problems = new ArrayList<>();
        BaseErrorListener listener = new BaseErrorListener() {
            @Override
            public void syntaxError(Recognizer<?, ?> recognizer, Object symbol, int line, int column, String message,
                    RecognitionException e) {
                problems.add(source.place(line, column) + ": " + message);
            }
        };
        P4Lexer lexer = new P4Lexer(CharStreams.fromString(source.text()));
        lexer.removeErrorListeners();
        lexer.addErrorListener(listener);
        CommonTokenStream tokens = new CommonTokenStream(lexer);
        tokens.fill();
        P4Parser parser = new P4Parser(tokens);
        parser.typeNames(typeNames(tokens.getTokens()));
        parser.removeErrorListeners();
        parser.addErrorListener(listener);
        P4Parser.ProgramContext program = parser.program();
        if (!problems.isEmpty()) {
            throw new P4Exception(problems);
        }
        return program;
    }

    private static Set<String> typeNames(List<Token> tokens) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i + 1 < tokens.size(); i++) {
            String word = tokens.get(i).getText();
            if (DECLARING.contains(word)) {
                int at = word.equals("enum") && !tokens.get(i + 2).getText().equals("{") ? afterType(tokens, i + 1) : i + 1;
                names.add(tokens.get(at).getText());
            } else if (RENAMING.contains(word)) {
                int end = i;
                while (end < tokens.size() && !tokens.get(end).getText().equals(";")) {
                    end++;
                }
                names.add(tokens.get(end - 1).getText());
            }
        }
        return names;
    }

    private static int afterType(List<Token> tokens, int from) {
        int at = from;
        while (at + 1 < tokens.size() && !tokens.get(at + 1).getText().equals("{")) {
            at++;
        }
        return at;
    }
}
