package org.millrace.code.fuse;

import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.Code;
import org.millrace.code.Site;
import org.millrace.code.Violation;

/**
 * Makes one method of a workflow's stages, of their own bytecode: fields of the metadata are locals in it, and go back into
 * memory where somebody may read them; state is an array at constant offsets; the stages' helpers are part of it; what a stage
 * holds in final fields is the class's. A stage that cannot be copied is called.
 *
 * <p>A workflow whose code is longer than the compiler takes in one piece becomes several methods, which pass the metadata on
 * through memory.
 *
 * <p>Owned by: one thread; it keeps what it has read of the classes, and what it has made.
 */
public final class Fuser {
    /** HotSpot does not compile longer methods (HugeMethodLimit). */
    private static final int MOST_BYTES = 8000;
    private static final String LIMIT = "a stage that is copied";

    private final Program<?> program;
    private final Class<?> meta;
    private final Code.Library library = new Code.Library();
    private final Predicate<Accessor.Word> isEmitted;
    private final Predicate<Accessor.Word> isMirrored;
    private final Map<Workflow, Attempt> made = new EnumMap<>(Workflow.class);

    /**
     * For a program.
     *
     * @param program the program
     */
    public Fuser(Program<?> program) {
        this.program = program;
        SegmentMeta view = program.newMeta();
        meta = view.getClass();
        HeaderCodec<?> codec = program.codec();
        List<String> emitting = new ArrayList<>(List.of("write", "segmentSize"));
        if (sums(codec)) {
            emitting.add("writeSummed");
        }
        if (codec.mostReplaced() > 0) {
            emitting.add("replaces");
        }
        List<FieldUse> uses = emitting.stream().map(method -> FieldUse.of(library, meta, codec, method, null)).toList();
        isEmitted = field -> uses.stream().anyMatch(use -> use.reads(field));
        Set<Integer> carried = carried(program.mirrors(), Layout.of(view.getClass()));
        isMirrored = program.mirrors().isEmpty() ? null : field -> carried.contains(field.offset());
    }

    private static boolean sums(HeaderCodec<?> codec) {
        return Arrays.stream(codec.getClass().getMethods())
            .anyMatch(method -> method.getName().equals("writeSummed") && method.getDeclaringClass() != HeaderCodec.class);
    }

    private static Set<Integer> carried(List<MirrorSession> mirrors, Layout layout) {
        Set<Integer> offsets = new HashSet<>();
        for (Layout.Field field : layout.fields()) {
            if (mirrors.stream().anyMatch(mirror -> mirror.fields().contains(field.name()))) {
                for (int word = 0; word < field.length(); word++) {
                    offsets.add(field.offset() + word * Integer.BYTES);
                }
            }
        }
        return offsets;
    }

    /**
     * {@return the stages of a workflow that are called instead of copied, and why}
     *
     * @param workflow which
     * @param places   its stages in order; their state may still be without memory
     */
    public Map<Stage<?, ?>, Violation> called(Workflow workflow, List<StagePlace> places) {
        return of(workflow, places).called;
    }

    /**
     * {@return a workflow as one method}
     *
     * @param workflow which
     * @param places   its stages in order; if they lie as they did in {@link #called}, that is what has been made then
     */
    public Fused fuse(Workflow workflow, List<StagePlace> places) {
        return of(workflow, places).make(places);
    }

    private Attempt of(Workflow workflow, List<StagePlace> places) {
        Attempt attempt = made.get(workflow);
        if (attempt == null || !attempt.suits(places)) {
            attempt = new Attempt(places, workflow);
            made.put(workflow, attempt);
        }
        return attempt;
    }

    /** One workflow. */
    private final class Attempt {
        private final List<StagePlace> places;
        private final Workflow workflow;
        private final Map<Stage<?, ?>, Violation> called = new LinkedHashMap<>();
        /** How many operations each stage has become: where a workflow is cut. */
        private final List<Integer> operations = new ArrayList<>();
        /** Stages that are too long by themselves, with their bytes. */
        private final Map<Integer, Integer> tooLong = new HashMap<>();
        private Draft.Shared shared;
        private List<FusedWriter.Part> parts;
        private FusedClass.Loader loader;
        private byte[] bytes;

        Attempt(List<StagePlace> places, Workflow workflow) {
            this.places = places;
            this.workflow = workflow;
            build();
        }

        boolean suits(List<StagePlace> others) {
            boolean suits = others.size() == places.size();
            for (int i = 0; suits && i < places.size(); i++) {
                suits = others.get(i).liesLike(places.get(i));
            }
            return suits;
        }

        private void build() {
            for (int count = 1; count != 0;) {
                called.clear();
                shared = new Draft.Shared();
                parts = parts(count);
                loader = new FusedClass.Loader(shared.classes);
                bytes = new FusedWriter(shared, parts, places.size(), isEmitted).write(program.name() + " " + workflow, loader);
                List<Integer> lengths = lengths();
                if (lengths.stream().allMatch(length -> length <= MOST_BYTES)) {
                    count = 0;
                } else if (parts.size() < places.size()) {
                    int least = Math.ceilDiv(lengths.stream().mapToInt(length -> length).sum(), MOST_BYTES);
                    count = Math.max(count + 1, least);
                } else {
                    for (int i = 0; i < lengths.size(); i++) {
                        if (lengths.get(i) > MOST_BYTES) {
                            tooLong.put(i, lengths.get(i));
                        }
                    }
                    operations.clear();
                    count = 1;
                }
            }
        }

        private List<FusedWriter.Part> parts(int count) {
            List<FusedWriter.Part> all = new ArrayList<>();
            int sum = operations.stream().mapToInt(length -> length).sum();
            int first = 0;
            for (int i = 0; i < count && first < places.size(); i++) {
                int behind = first;
                int length = 0;
                while (behind < places.size() && (i == count - 1 || length < sum / count || behind == first)) {
                    length += operations.isEmpty() ? 0 : operations.get(behind);
                    behind++;
                }
                all.add(draft(first, behind));
                first = behind;
            }
            return all;
        }

        private FusedWriter.Part draft(int first, int behind) {
            boolean isMeasured = operations.size() == places.size();
            FusedWriter.Part part = new FusedWriter.Part(new Draft(shared, places.subList(first, behind)));
            for (int i = first; i < behind; i++) {
                int before = part.draft.size();
                stage(part, i);
                if (!isMeasured) {
                    operations.add(part.draft.size() - before);
                }
            }
            return part;
        }

        private void stage(FusedWriter.Part part, int index) {
            StagePlace place = places.get(index);
            Draft draft = part.draft;
            FusedWriter.Joint joint = part.joint();
            draft.begin(index);
            int from = draft.size();
            Map<Accessor.Word, Integer> fields = draft.fields();
            Object begin = new Object();
            Object end = new Object();
            try {
                Code process = process(index);
                if (place.isKeyed()) {
                    part.row(place, index, joint);
                }
                draft.add(out -> out.code.labelBinding(out.label(begin)));
                new Copier(draft, place, meta, workflow.ordinal(), library, joint).copy(process);
                draft.add(out -> out.code.labelBinding(out.label(end)));
                part.caught(begin, end, index, joint);
            } catch (NotCopiedException e) {
                draft.cut(from);
                draft.fields(fields);
                part.call(index);
                called.put(place.stage(), new Violation(e.site(), e.getMessage(), LIMIT));
            }
            part.behind(index, joint, isMirrored);
        }

        private Code process(int index) throws NotCopiedException {
            Class<?> type = places.get(index).stage().getClass();
            Code code = Types.code(library, type, "process", null);
            if (code == null || code.catches()) {
                throw new NotCopiedException(new Site(type.getSimpleName() + ".process", 0),
                    code == null ? "its code is not there" : "catches exceptions");
            }
            if (tooLong.containsKey(index)) {
                throw new NotCopiedException(code.site(0), "would be " + tooLong.get(index) + " bytes of code, the compiler takes "
                    + MOST_BYTES);
            }
            return code;
        }

        /** {@return how long each part is, bytes} */
        private List<Integer> lengths() {
            return ClassFile.of().parse(bytes).methods().stream().filter(method -> FusedWriter.isPart(method.methodName().stringValue()))
                .map(method -> ((CodeAttribute) method.code().orElseThrow()).codeLength()).toList();
        }

        Fused make(List<StagePlace> loaded) {
            StageCall[] calls = loaded.stream().map(StagePlace::call).toArray(StageCall[]::new);
            Object[] captured = shared.captured.keySet().stream()
                .map(one -> one.value() instanceof Calls.Primitive number ? number.value() : one.value()).toArray();
            int[][] tables = parts.stream().flatMap(part -> part.draft.tables().stream()).map(table -> loaded(table, loaded))
                .toArray(int[][]::new);
            int[] keys = places.stream().mapToInt(StagePlace::keys).toArray();
            try {
                return (Fused) FusedClass.of(bytes, loader).newInstance(calls, captured, tables, keys);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the stages of " + program.name() + " " + workflow + " cannot be joined", e);
            }
        }

        /** {@return what is in the place of a table that the code was made with} */
        private int[] loaded(int[] table, List<StagePlace> loaded) {
            int stage = 0;
            while (places.get(stage).words() != table) {
                stage++;
            }
            return loaded.get(stage).words();
        }
    }
}
