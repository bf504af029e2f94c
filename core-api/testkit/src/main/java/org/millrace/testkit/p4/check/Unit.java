package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.run.Architecture;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.source.P4Exception;
import org.millrace.testkit.p4.source.SourceText;
import org.millrace.testkit.p4.value.Type;

/** One program while it is checked: what all parts of the checker share. */
final class Unit {
    private static final int MAX_PROBLEMS = 50;

    final SourceText source;
    final Architecture architecture;
    final Types types = new Types(this);
    final Expressions expressions = new Expressions(this);
    final Calls calls = new Calls(this);
    final Statements statements = new Statements(this);
    final Blocks blocks = new Blocks(this);
    final Tables tables = new Tables(this);
    final Parsers parsers = new Parsers(this);
    final Map<String, Table> made = new LinkedHashMap<>();
    final Map<String, Object> instances = new LinkedHashMap<>();
    final Map<String, Object> errors = new LinkedHashMap<>();
    final List<String> matchKinds = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    Unit(SourceText source, Architecture architecture) {
        this.source = source;
        this.architecture = architecture;
    }

    P4Exception error(ParserRuleContext at, String problem) {
        return source.error(at, problem);
    }

    /** Checks a part of the text; what is wrong with it does not keep the rest from being checked. */
    void part(Runnable check) {
        try {
            check.run();
        } catch (P4Exception e) {
            if (!problems.contains(e.getMessage()) && problems.size() < MAX_PROBLEMS) {
                problems.add(e.getMessage());
            }
        }
    }

    void finish() {
        if (!problems.isEmpty()) {
            throw new P4Exception(problems);
        }
    }

    boolean sound() {
        return problems.isEmpty();
    }

    /** @return a number known when the text is read */
    int number(Expr expr, ParserRuleContext at) {
        if (!(expr.constant() instanceof BigInteger value)) {
            throw error(at, "this must be known when the program is compiled, and a number");
        }
        if (value.bitLength() > 31) {
            throw error(at, value + " is too large here");
        }
        return value.intValue();
    }

    void expect(ParserRuleContext at, Type wanted, Type found) {
        if (!Types.same(wanted, found)) {
            throw error(at, "this is " + found + ", needed is " + wanted);
        }
    }
}
