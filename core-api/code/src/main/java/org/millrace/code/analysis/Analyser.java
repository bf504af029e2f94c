package org.millrace.code.analysis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Stage;
import org.millrace.code.Code;
import org.millrace.code.Site;
import org.millrace.code.Violation;

/** Executes stages symbolically. One thread at a time. */
public final class Analyser {
    private final int maxForks;
    private final Code.Library library = new Code.Library();
    private final Map<Class<?>, Layout> layouts = new HashMap<>();

    /**
     * @param maxForks at how many open branches of a stage it gives up
     */
    public Analyser(int maxForks) {
        this.maxForks = maxForks;
    }

    /**
     * Analyses a stage.
     *
     * @param stage its object: fields that are constant are read from it
     * @param meta  the program's metadata
     * @return what was found; never throws for what a stage contains
     */
    public StageAnalysis analyse(Stage<?, ?> stage, Class<?> meta) {
        Class<?> type = stage.getClass();
        Class<?> state = stage.spec().state().get().getClass();
        Code process = library.find(type, "process", null);
        Run run = new Run(type, maxForks, layouts);
        Expr verdict = null;
        if (process == null) {
            run.refused.add(new Violation(new Site(Code.name(type) + ".process", 0), "no code",
                "a stage is a class with a method"));
        } else {
            try {
                verdict = Exprs.operation(Operator.NARROW, (Expr) new Interpreter(run, library).execute(process,
                    Calls.arguments(stage, meta, state)), null); // action, flags, reason and session are the low half
            } catch (RefusedException e) {
                run.refused.add(e.violation());
            }
        }
        return new StageAnalysis(type, run.state(), run.meta(), run.calls(), verdict, List.copyOf(run.refused), run.sites,
            run.testSites);
    }
}
