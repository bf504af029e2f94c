package org.millrace.code.analysis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Stage;
import org.millrace.code.Code;
import org.millrace.code.Site;
import org.millrace.code.Violation;
import org.millrace.code.analysis.Expr.Input;

/**
 * Enumerates the paths of a stage. Each is executed from the start by a script of branches; branches of places not seen
 * before come first, so that a stage with too many paths has still shown each of its lines.
 */
public final class Analyser {
    private final int maxPaths;
    private final Code.Library library = new Code.Library();
    private final Map<Class<?>, Layout> layouts = new HashMap<>();

    /**
     * @param maxPaths at how many paths it gives up
     */
    public Analyser(int maxPaths) {
        this.maxPaths = maxPaths;
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
        List<Path> paths = new ArrayList<>();
        Set<Violation> refused = new LinkedHashSet<>();
        Map<Input, Site> sites = new LinkedHashMap<>();
        Deque<List<Boolean>> open = new ArrayDeque<>();
        Set<Site> seen = new HashSet<>();
        if (process == null) {
            refused.add(new Violation(new Site(type.getSimpleName() + ".process", 0), "no code",
                "a stage is a class with a method"));
        } else {
            open.add(List.of());
        }
        for (int runs = 0; !open.isEmpty(); runs++) {
            if (runs == maxPaths) {
                Run start = new Run(type, List.of(), (s, p, w) -> { }, layouts, sites);
                start.enter(new Frame(process));
                refused.add(new Violation(start.site(false), "more than " + maxPaths + " paths",
                    "a stage has at most " + maxPaths + " paths"));
                break;
            }
            Run run = new Run(type, open.pollFirst(), (script, site, way) -> {
                if (seen.add(site)) {
                    open.addFirst(script);
                } else {
                    open.addLast(script);
                }
            }, layouts, sites);
            try {
                Object verdict = new Interpreter(run, library).execute(process, Calls.arguments(stage, meta, state));
                paths.add(new Path(run.decisions, run.state, run.meta, run.calls, (Expr) verdict, run.touched));
            } catch (RefusedException e) {
                refused.add(e.violation());
            }
        }
        return new StageAnalysis(type, List.copyOf(paths), List.copyOf(refused), sites);
    }
}
