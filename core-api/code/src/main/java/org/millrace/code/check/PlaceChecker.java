package org.millrace.code.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.Code;
import org.millrace.code.Site;
import org.millrace.code.Violation;

/**
 * Whether what a stage goes by is known where it stands: the parser, the runtime or a stage before it may have written
 * it. What nobody can have written is always 0.
 */
final class PlaceChecker {
    private static final Map<Workflow, Set<String>> ENTRY = Map.of(
        Workflow.RX, Set.of("frame", "localAddress", "peerAddress", "ecn", "workflow"),
        Workflow.TX, Set.of("flow", "workflow"),
        Workflow.HC, Set.of("flow", "workflow", "context", "connection", "operation", "hostFlags", "rxBump", "txBump",
            "peerAddress", "peerPort", "length", "position", "message"),
        Workflow.MIRROR, Set.of("workflow"));
    /** Whose item it is: not for stages of others to say. */
    private static final Set<String> IDENTITY = Set.of("flow", "frame", "payload", "workflow", "context", "connection");

    private final Workflow workflow;
    private final Layout layout;
    private final List<? extends Stage<?, ?>> stages;
    private final Map<Stage<?, ?>, Effects> effects;
    private final List<BitSet> known = new ArrayList<>();

    PlaceChecker(Program<?> program, Workflow workflow, Code.Library library, Map<Stage<?, ?>, Effects> effects) {
        this.workflow = workflow;
        this.effects = effects;
        layout = Layout.of(program.newMeta().getClass());
        stages = program.stages(workflow);
        BitSet bytes = entry(program, library);
        for (Stage<?, ?> stage : stages) {
            known.add((BitSet) bytes.clone());
            written(effects.get(stage), bytes);
        }
        known.add(bytes);
    }

    private BitSet entry(Program<?> program, Code.Library library) {
        BitSet bytes = new BitSet();
        layout.fields().stream().filter(field -> ENTRY.get(workflow).contains(field.name())).forEach(field -> set(field, bytes));
        if (workflow == Workflow.RX && program.codec() != null) {
            written(EffectsReader.of(program.codec(), program.newMeta().getClass(), library), bytes);
        }
        for (MirrorSession mirror : program.mirrors()) {
            layout.fields().stream().filter(field -> mirror.next() == workflow && mirror.fields().contains(field.name()))
                .forEach(field -> set(field, bytes));
        }
        return bytes;
    }

    private static void set(Layout.Field field, BitSet bytes) {
        bytes.set(field.offset(), field.end());
    }

    private static void written(Effects stage, BitSet bytes) {
        stage.accesses().keySet().stream().filter(access -> !access.isState() && access.kind() != Effects.Kind.GET)
            .forEach(access -> bytes.set(access.offset(), access.end()));
    }

    /** {@return what is wrong with the stage at a place} */
    List<Violation> check(int place, boolean isAdded) {
        List<Violation> faults = new ArrayList<>();
        Stage<?, ?> stage = stages.get(place);
        Key key = stage.spec().key();
        if (key != Key.NONE) {
            String field = key == Key.CONTEXT ? "context" : "flow";
            if (!isKnown(place, field(field))) {
                faults.add(new Violation(new Site(stage.getClass().getSimpleName() + ".process", 0), "keyed by " + key
                    + ", which is not known " + text(place), whereKnown(field(field))));
            }
        }
        if (isAdded) {
            effects.get(stage).accesses().forEach((access, site) -> {
                if (!access.isState()) {
                    check(place, access, site, faults);
                }
            });
        }
        return faults;
    }

    private void check(int place, Effects.Access access, Site site, List<Violation> faults) {
        Layout.Field field = layout.fields().stream().filter(f -> f.offset() <= access.offset() && access.offset() < f.end())
            .findFirst().orElse(new Layout.Field("offset " + access.offset(), access.offset(), access.bytes() * 8));
        if (field.offset() >= SegmentMeta.BYTES) {
            faults.add(new Violation(site, "touches " + field.name() + " of the program's metadata",
                "a stage that is not the program's own has the fields of SegmentMeta"));
        } else if (access.kind() != Effects.Kind.GET) {
            if (IDENTITY.contains(field.name())) {
                faults.add(new Violation(site, "writes " + field.name() + " of the item",
                    "whose item it is, is not for a stage to say that is not the program's own"));
            }
        } else if (!isKnown(place + 1, field)) {
            faults.add(new Violation(site, "reads " + field.name() + ", which nobody has written " + text(place),
                whereKnown(field)));
        }
    }

    private boolean isKnown(int place, Layout.Field field) {
        BitSet bytes = known.get(place);
        return bytes.nextClearBit(field.offset()) >= field.end();
    }

    private Layout.Field field(String name) {
        return layout.fields().stream().filter(field -> field.name().equals(name)).findFirst().orElseThrow();
    }

    private String text(int place) {
        return "in " + workflow + (place == 0 ? " before " + (stages.size() == 1 ? "all" : name(1)) : " behind " + name(place - 1));
    }

    private String name(int place) {
        return stages.get(place).spec().name();
    }

    private String whereKnown(Layout.Field field) {
        for (int place = 0; place < stages.size(); place++) {
            if (isKnown(place + 1, field)) {
                return "it is known behind " + name(place) + " of " + workflow + ", which writes it";
            }
        }
        return "no stage of " + workflow + " writes it";
    }
}
