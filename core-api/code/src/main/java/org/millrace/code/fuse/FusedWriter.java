package org.millrace.code.fuse;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.attribute.SourceDebugExtensionAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.View;
import org.millrace.api.pipeline.ViewCursor;

/**
 * Writes the class of a workflow, its parts being methods of their own:
 *
 * <pre>
 * long run(meta, mirrors, nowNs):
 *     for each part: verdict = part(meta, mirrors, nowNs, digest); digest |= verdict &amp; DIGEST; if not NEXT: return verdict | digest
 * long part(meta, mirrors, nowNs, digest):
 *     fields of the metadata into locals
 *     for each stage: row = (key - first) * stride, unless there is no such key
 *         its code; its verdict: if not NEXT: mirror; digest |= verdict &amp; DIGEST; if not NEXT: end
 *     end: fields of the metadata back into memory, as far as the verdict lets anybody read them; return verdict | digest
 * </pre>
 */
final class FusedWriter {
    static final ClassDesc SELF = ClassDesc.of("org.millrace.code.fuse.Workflow");
    static final String CAPTURED = "c";

    private static final int META_PARAMETER = 1;
    private static final int MIRRORS_PARAMETER = 2;
    private static final String TABLE = "t";
    private static final String KEYS = "k";
    private static final String PART = "part";
    private static final ClassDesc FUSED = Types.desc(Fused.class);
    private static final ClassDesc META = Types.desc(SegmentMeta.class);
    private static final ClassDesc MIRRORS = Types.desc(Mirrors.class);
    private static final ClassDesc CURSOR = Types.desc(ViewCursor.class);
    private static final ClassDesc VIEW = Types.desc(View.class);
    private static final ClassDesc CALLS = Types.desc(StageCall[].class);
    private static final ClassDesc OBJECTS = ConstantDescs.CD_Object.arrayType();
    private static final ClassDesc WORDS = ConstantDescs.CD_int.arrayType();
    private static final ClassDesc NUMBER = ConstantDescs.CD_Number;
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(ConstantDescs.CD_long, META, MIRRORS, ConstantDescs.CD_long);
    private static final MethodTypeDesc RUN_PART = RUN.insertParameterTypes(3, ConstantDescs.CD_long);
    private static final MethodTypeDesc NEW = MethodTypeDesc.of(ConstantDescs.CD_void, CALLS, OBJECTS, WORDS.arrayType(), WORDS);
    private static final long ACTION = Verdict.action(-1);
    private static final long NO_KEY = Verdict.drop(DropReason.NO_FLOW.code());

    private final Draft.Shared shared;
    private final List<Part> parts;
    private final int stages;
    private final Predicate<Accessor.Word> isEmitted;

    /**
     * @param stages    how many there are in all parts
     * @param isEmitted whether a field may be read of an item that is emitted
     */
    FusedWriter(Draft.Shared shared, List<Part> parts, int stages, Predicate<Accessor.Word> isEmitted) {
        this.shared = shared;
        this.parts = parts;
        this.stages = stages;
        this.isEmitted = isEmitted;
    }

    /** {@return the class; its constructor takes the stages as calls, what is captured, tables, numbers of keys} */
    byte[] write(String name, ClassLoader loader) {
        return ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofClassLoading(loader))).build(SELF, type -> {
            type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_PUBLIC)
                .withSuperclass(FUSED)
                .with(SourceFileAttribute.of(name))
                .with(SourceDebugExtensionAttribute.of(shared.lines.map(name).getBytes(StandardCharsets.UTF_8)))
                .withMethodBody(ConstantDescs.INIT_NAME, NEW, ClassFile.ACC_PUBLIC, this::construct)
                .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, this::run);
            shared.captured.forEach((captured, i) -> type.withField(CAPTURED + i, captured.type(), ClassFile.ACC_FINAL));
            for (int i = 0; i < tables(); i++) {
                type.withField(TABLE + i, WORDS, ClassFile.ACC_FINAL);
            }
            for (int i = 0; i < stages; i++) {
                type.withField(KEYS + i, ConstantDescs.CD_int, ClassFile.ACC_FINAL);
            }
            int table = 0;
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                int first = table;
                boolean isLast = i == parts.size() - 1;
                type.withMethodBody(PART + i, RUN_PART, ClassFile.ACC_PRIVATE, code -> part(code, part, first, isLast));
                table += part.draft.tables().size();
            }
        });
    }

    static boolean isPart(String method) {
        return method.startsWith(PART);
    }

    private int tables() {
        return parts.stream().mapToInt(part -> part.draft.tables().size()).sum();
    }

    private void construct(CodeBuilder code) {
        code.aload(0).aload(1).invokespecial(FUSED, ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, CALLS));
        shared.captured.forEach((captured, i) -> {
            code.aload(0).aload(2).loadConstant(i).aaload();
            ClassDesc type = captured.type();
            if (type.isPrimitive()) {
                code.checkcast(NUMBER).invokevirtual(NUMBER, type.displayName() + "Value", MethodTypeDesc.of(type));
            } else {
                code.checkcast(type);
            }
            code.putfield(SELF, CAPTURED + i, type);
        });
        for (int i = 0; i < tables(); i++) {
            code.aload(0).aload(3).loadConstant(i).aaload().putfield(SELF, TABLE + i, WORDS);
        }
        for (int i = 0; i < stages; i++) {
            code.aload(0).aload(4).loadConstant(i).iaload().putfield(SELF, KEYS + i, ConstantDescs.CD_int);
        }
        code.return_();
    }

    private void run(CodeBuilder code) {
        code.lconst_0().lstore(Draft.DIGEST);
        Label end = code.newLabel();
        for (int i = 0; i < parts.size(); i++) {
            code.aload(0).aload(META_PARAMETER).aload(MIRRORS_PARAMETER).lload(Draft.NOW).lload(Draft.DIGEST)
                .invokespecial(SELF, PART + i, RUN_PART)
                .lstore(Draft.VERDICT);
            if (i < parts.size() - 1) {
                digest(code);
                code.lload(Draft.VERDICT).loadConstant(ACTION).land().l2i().ifne(end);
            }
        }
        if (parts.isEmpty()) {
            code.lconst_0().lstore(Draft.VERDICT);
        }
        code.labelBinding(end).lload(Draft.VERDICT).lload(Draft.DIGEST).lor().lreturn();
    }

    private static void digest(CodeBuilder code) {
        code.lload(Draft.DIGEST).lload(Draft.VERDICT).loadConstant(Verdict.DIGEST).land().lor().lstore(Draft.DIGEST);
    }

    private void part(CodeBuilder code, Part part, int firstTable, boolean isLast) {
        code.aload(META_PARAMETER).astore(Draft.META).aload(MIRRORS_PARAMETER).astore(Draft.MIRRORS)
            .aload(Draft.META).invokestatic(CURSOR, "words", MethodTypeDesc.of(WORDS, VIEW)).astore(Draft.WORDS)
            .aload(Draft.META).invokestatic(CURSOR, "base", MethodTypeDesc.of(ConstantDescs.CD_int, VIEW)).istore(Draft.BASE)
            .lconst_0().lstore(Draft.VERDICT).iconst_0().istore(Draft.ROW);
        for (int i = 0; i < part.draft.tables().size(); i++) {
            code.aload(0).getfield(SELF, TABLE + (firstTable + i), WORDS).astore(Draft.slot(i));
        }
        Draft.Emission out = part.draft.begin(code);
        out.load(field -> true);
        part.draft.emit(out);
        code.lconst_0().lstore(Draft.VERDICT).labelBinding(out.label(part.end));
        end(code, out, part, isLast);
        part.handlers.forEach(handler -> handler.emit(out));
    }

    private void end(CodeBuilder code, Draft.Emission out, Part part, boolean isLast) {
        Label all = code.newLabel();
        Label emitted = code.newLabel();
        Label back = code.newLabel();
        code.lload(Draft.VERDICT).lload(Draft.DIGEST).lor().lstore(Draft.VERDICT)
            .lload(Draft.VERDICT).loadConstant(Verdict.DIGEST).land().l2i().ifne(all)
            .lload(Draft.VERDICT).loadConstant(ACTION).land().l2i().istore(out.scratch())
            .iload(out.scratch()).loadConstant((int) Verdict.EMIT).if_icmpeq(emitted)
            .iload(out.scratch()).loadConstant((int) Verdict.CONTROL).if_icmpeq(all);
        if (!isLast) {
            code.iload(out.scratch()).ifeq(all);
        }
        out.flush(stages, field -> field.offset() < SegmentMeta.BYTES);
        code.goto_(back).labelBinding(emitted);
        out.flush(stages, field -> field.offset() < SegmentMeta.BYTES || isEmitted.test(field));
        code.goto_(back).labelBinding(all);
        out.flush(stages, field -> true);
        code.labelBinding(back).lload(Draft.VERDICT).lreturn();
    }

    /** A stage while it is put into a part. */
    record Joint(Object behind, Object next, Object end) {
        static Joint to(Object end) {
            return new Joint(new Object(), new Object(), end);
        }
    }

    /** Stages that become one method. */
    static final class Part {
        final Draft draft;
        private final Object end = new Object();
        private final List<Draft.Op> handlers = new ArrayList<>();
        private StagePlace keyed;

        Part(Draft draft) {
            this.draft = draft;
        }

        Joint joint() {
            return Joint.to(end);
        }

        /** Finds the row of the item's key, unless it is found already. */
        void row(StagePlace place, int stage, Joint joint) {
            boolean isThere = keyed != null && keyed.key() == place.key() && keyed.first() == place.first()
                && keyed.stride() == place.stride() && keyed.keys() == place.keys() && !draft.isKeyChanged();
            if (isThere) {
                return;
            }
            keyed = place;
            draft.keyRead();
            Accessor.Word key = place.key() == StageSpec.Key.CONTEXT ? Calls.CONTEXT : Calls.FLOW;
            draft.read(key);
            Object found = new Object();
            draft.add(out -> out.code.iload(out.slot(key)).loadConstant(place.first()).isub().istore(Draft.ROW)
                .iload(Draft.ROW).aload(0).getfield(SELF, KEYS + stage, ConstantDescs.CD_int)
                .invokestatic(ConstantDescs.CD_Integer, "compareUnsigned",
                    MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int))
                .iflt(out.label(found))
                .loadConstant(NO_KEY).lstore(Draft.VERDICT).goto_(out.label(joint.end))
                .labelBinding(out.label(found))
                .iload(Draft.ROW).loadConstant(place.stride()).imul().istore(Draft.ROW));
        }

        /** A call in place of a copy. */
        void call(int stage) {
            keyed = null;
            draft.add(out -> {
                out.flush(stage, field -> true);
                out.code.aload(0).aload(Draft.META).lload(Draft.NOW).loadConstant(stage).invokevirtual(SELF, "call",
                    MethodTypeDesc.of(ConstantDescs.CD_long, META, ConstantDescs.CD_long, ConstantDescs.CD_int)).lstore(Draft.VERDICT);
                out.load(field -> true);
            });
        }

        /** What is thrown in a copy is the stage's failure. */
        void caught(Object from, Object to, int stage, Joint joint) {
            handlers.add(out -> {
                Label handler = out.code.newLabel();
                out.code.exceptionCatchAll(out.label(from), out.label(to), handler).labelBinding(handler)
                    .aload(0).swap().loadConstant(stage).invokevirtual(SELF, "failed",
                        MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_Throwable, ConstantDescs.CD_int))
                    .lstore(Draft.VERDICT).goto_(out.label(joint.behind));
            });
        }

        /** What comes of the stage's verdict. */
        void behind(int stage, Joint joint, Predicate<Accessor.Word> isMirrored) {
            draft.add(out -> {
                out.code.labelBinding(out.label(joint.behind)).lload(Draft.VERDICT).lconst_0().lcmp().ifeq(out.label(joint.next));
                if (isMirrored != null) {
                    Label none = out.code.newLabel();
                    out.code.lload(Draft.VERDICT).loadConstant(Verdict.MIRROR).land().l2i().ifeq(none);
                    out.flush(stage, isMirrored);
                    out.code.aload(Draft.MIRRORS).lload(Draft.VERDICT).aload(Draft.META).invokeinterface(MIRRORS, "mirror",
                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, META)).labelBinding(none);
                }
                digest(out.code);
                out.code.lload(Draft.VERDICT).loadConstant(ACTION).land().l2i().ifne(out.label(joint.end))
                    .labelBinding(out.label(joint.next));
            });
        }
    }
}
