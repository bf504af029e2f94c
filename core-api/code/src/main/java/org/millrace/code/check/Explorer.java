package org.millrace.code.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.View;
import org.millrace.code.Code;
import org.millrace.code.Site;

/**
 * Goes all ways through a method and what it calls, and collects what they do.
 *
 * <p>DESIGN NOTES. A way is not followed as a whole, as a symbolic execution does: two that come to the same place
 * knowing the same are one, so a stage with ten thousand ways is a few hundred points. Where a place has been come to
 * with very many constants they are forgotten. A circle among points is a loop that may not end.
 */
final class Explorer {
    /** For a loop of 256 turns in which another local takes constants too. */
    static final int VARIANTS = 1024;
    /** Where it does not matter whether a loop ends. */
    static final int NO_VARIANTS = 1;

    private record Call(Code code, List<Value> arguments) {
    }

    private final Class<?> stage;
    private final Effects effects;
    private final int variants;
    private final Calls calls;
    private final List<Code> codes = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private final Map<Call, Value> known = new HashMap<>();

    Explorer(Class<?> stage, Code.Library library, Effects effects, int variants) {
        this.stage = stage;
        this.effects = effects;
        this.variants = variants;
        calls = new Calls(this, library, effects);
    }

    /** {@return what a method answers, null if void; what it does is in the effects} */
    Value run(Code code, List<Value> arguments) {
        Call call = new Call(code, arguments);
        if (known.containsKey(call)) {
            return known.get(call);
        }
        if (codes.contains(code)) {
            effects.fault(site(false), "recursion of " + code, "recursion has no bound");
            return Value.UNKNOWN;
        }
        codes.add(code);
        places.add(0);
        Value answer = explore(code, start(arguments));
        codes.removeLast();
        places.removeLast();
        known.put(call, answer);
        return answer;
    }

    private static Point start(List<Value> arguments) {
        List<Value> locals = new ArrayList<>();
        for (Value argument : arguments) {
            locals.add(argument);
            if (argument.isWide()) {
                locals.add(null);
            }
        }
        return new Point(0, Collections.unmodifiableList(locals), List.of());
    }

    private Value explore(Code code, Point start) {
        if (code.catches()) {
            effects.fault(code.site(0), "catches exceptions", "what a stage throws takes it out");
        }
        Map<Point, List<Point>> ways = new LinkedHashMap<>();
        Map<Integer, Integer> seen = new HashMap<>();
        Deque<Point> open = new ArrayDeque<>(List.of(start));
        Value answer = null;
        while (!open.isEmpty()) {
            Point point = open.poll();
            if (ways.containsKey(point)) {
                continue;
            }
            places.set(places.size() - 1, point.at());
            Follower follower = new Follower(code, calls, point);
            List<Point> next = follower.step().stream()
                .map(p -> seen.getOrDefault(p.at(), 0) < variants ? p : p.widened()).toList();
            seen.merge(point.at(), 1, Integer::sum);
            ways.put(point, next);
            open.addAll(next);
            answer = Value.either(answer, follower.answer());
        }
        checkLoops(code, ways);
        return answer;
    }

    /** A point from which a way comes back to it. */
    private void checkLoops(Code code, Map<Point, List<Point>> ways) {
        Map<Point, Integer> before = new HashMap<>();
        ways.values().forEach(next -> next.forEach(point -> before.merge(point, 1, Integer::sum)));
        Deque<Point> ends = new ArrayDeque<>(ways.keySet().stream().filter(point -> !before.containsKey(point)).toList());
        int seen = 0;
        while (!ends.isEmpty()) {
            seen++;
            for (Point next : ways.get(ends.poll())) {
                if (before.merge(next, -1, Integer::sum) == 0) {
                    ends.add(next);
                }
            }
        }
        if (seen != ways.size()) {
            int at = ways.entrySet().stream().filter(way -> before.getOrDefault(way.getKey(), 0) > 0)
                .filter(way -> way.getValue().stream().anyMatch(next -> next.at() <= way.getKey().at()))
                .mapToInt(way -> way.getKey().at()).findFirst().orElse(0);
            effects.fault(code.site(at), "loop", "a loop ends after at most 256 turns whatever the input");
        }
    }

    /** {@return the innermost line of the stage's own package; an accessor's is its caller's} */
    Site site(boolean ofAccess) {
        for (int i = codes.size() - 1; i >= 0; i--) {
            Class<?> owner = codes.get(i).owner();
            boolean isAccessor = ofAccess && View.class.isAssignableFrom(owner);
            if (owner.getPackageName().equals(stage.getPackageName()) && !isAccessor) {
                return codes.get(i).site(places.get(i));
            }
        }
        return codes.getLast().site(places.getLast());
    }
}
