package org.millrace.code.check;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.code.Site;
import org.millrace.code.Violation;

/** Compares what the stages of one name do, which share a state, with what their specs say. */
final class StageChecker {
    private final StageSpec<?> shared;
    private final List<Effects.Access> added;
    private final Set<Class<?>> called = new LinkedHashSet<>();
    private final List<Violation> faults = new ArrayList<>();

    StageChecker(List<Stage<?, ?>> group, List<Effects> effects) {
        shared = group.getFirst().spec();
        effects.forEach(e -> called.addAll(e.externs().keySet()));
        added = effects.stream().flatMap(e -> e.accesses().keySet().stream())
            .filter(access -> access.isState() && access.kind() == Effects.Kind.ADD).toList();
    }

    List<Violation> check(Stage<?, ?> stage, Effects effects) {
        faults.clear();
        faults.addAll(effects.faults());
        Site start = effects.start();
        checkShared(stage.spec(), start);
        checkKey(stage.spec(), start);
        checkExtent(stage.spec(), effects, start);
        effects.accesses().forEach((access, site) -> {
            if (access.isState()) {
                checkAccess(stage.spec(), access, site);
            }
        });
        checkExterns(stage.spec(), effects);
        checkDeclared(stage.spec(), start);
        return List.copyOf(faults);
    }

    private void fault(Site site, String operation, String limit) {
        faults.add(new Violation(site, operation, limit));
    }

    private void checkShared(StageSpec<?> spec, Site start) {
        Class<?> type = spec.state().get().getClass();
        Class<?> sharedType = shared.state().get().getClass();
        if (type != sharedType || spec.key() != shared.key() || spec.concurrency() != shared.concurrency()
            || spec.order() != shared.order()) {
            fault(start, "differs from another stage " + spec.name() + ": " + text(type, spec) + ", there "
                + text(sharedType, shared), "stages of one name share a state, and say the same of it");
        }
    }

    private static String text(Class<?> type, StageSpec<?> spec) {
        return type.getName() + " by " + spec.key() + ", " + spec.concurrency() + ", order " + spec.order();
    }

    private void checkKey(StageSpec<?> spec, Site start) {
        if (spec.key() == Key.NONE && !spec.concurrency().isReplicable()) {
            fault(start, spec.concurrency() + " and keyed by nothing", "what is one at a time is so for a flow, message or"
                + " context; a stage without state is STATELESS");
        }
        if (spec.key() == Key.NONE && spec.order() == StageSpec.Order.KEY) {
            fault(start, "in order of its key, and keyed by nothing", "order KEY needs a flow, message or context");
        }
    }

    private void checkExtent(StageSpec<?> spec, Effects effects, Site start) {
        Class<? extends State> type = spec.state().get().getClass();
        int bytes;
        try {
            bytes = Layout.of(type).words() * 4;
        } catch (IllegalArgumentException e) {
            fault(start, e.getMessage(), "each byte of a state belongs to one field");
            return;
        }
        effects.accesses().forEach((access, site) -> {
            if (access.isState() && spec.key() == Key.NONE) {
                fault(site, "touches state at offset " + access.offset(), "a stage keyed by nothing has no state");
            } else if (access.isState() && access.end() > bytes) {
                fault(site, "touches state at offset " + access.offset() + " that is not its own: " + type.getSimpleName()
                    + " has " + bytes + " bytes, as its methods show", "an accessor calls i32, u16, u8 or add on this with"
                    + " a constant offset in its own code");
            }
        });
    }

    private void checkAccess(StageSpec<?> spec, Effects.Access access, Site site) {
        boolean isWritten = access.kind() != Effects.Kind.GET;
        if (spec.concurrency() == Concurrency.STATELESS && isWritten) {
            fault(site, "writes state at offset " + access.offset(), "STATELESS: its state is the control plane's to write");
        }
        if (spec.concurrency() != Concurrency.COMMUTATIVE) {
            return;
        }
        if (access.kind() == Effects.Kind.SET) {
            fault(site, "sets state at offset " + access.offset(), "COMMUTATIVE: state changes by View.add alone; what must"
                + " be read to be changed belongs to a FLOW_ATOMIC stage");
        }
        boolean isSum = added.stream().anyMatch(sum -> sum.offset() < access.end() && access.offset() < sum.end());
        if (access.kind() == Effects.Kind.GET && isSum) {
            fault(site, "reads state at offset " + access.offset() + ", which is added to", "COMMUTATIVE: a sum is not read"
                + " by those that add to it, who came first shows in it");
        }
    }

    private void checkExterns(StageSpec<?> spec, Effects effects) {
        effects.externs().forEach((extern, site) -> {
            if (spec.externs().stream().noneMatch(declared -> declared.isAssignableFrom(extern))) {
                fault(site, "calls " + extern.getSimpleName() + ", which its spec does not name",
                    "a stage calls the externs of its spec");
            }
            if (ContextQueue.class.isAssignableFrom(extern) && spec.concurrency().isReplicable()) {
                fault(site, "calls ContextQueue and may be replicated", spec.concurrency() + ": an application is told in"
                    + " order; SHARDED by CONTEXT or FLOW_ATOMIC is");
            }
        });
    }

    /** A machine sets aside what a spec names: a lookup port, a queue. */
    private void checkDeclared(StageSpec<?> spec, Site start) {
        for (Class<?> declared : spec.externs()) {
            if (called.stream().noneMatch(declared::isAssignableFrom)) {
                fault(start, "names " + declared.getSimpleName() + " in its spec and never calls it",
                    "a spec names the externs that its stage calls, and no others");
            }
        }
    }
}
