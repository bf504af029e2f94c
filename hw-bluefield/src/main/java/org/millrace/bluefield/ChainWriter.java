package org.millrace.bluefield;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.execution.MirrorQueue;
import org.millrace.execution.Step;

/**
 * Writes the class of a workflow. Its constants are the workflow's {@link Link}s: the compiler then knows the class of
 * every stage and view and inlines the whole workflow into one method, where a loop over an array of stages makes a call
 * through an interface for each.
 *
 * <p>DESIGN NOTES. The class is hidden and its constants are class data, so stages need not be public and nothing keeps
 * the class alive but its chains. A long workflow is several methods, since the compiler inlines no more than 8,000 bytes
 * of code into one (HotSpot's DesiredMethodLimit) and leaves what comes behind to calls that know no class. The code:
 * {@code verdict = part0(meta, words, mirrors, nowNs); digest |= verdict & DIGEST; if ((verdict & ACTION) != NEXT) return
 * verdict | digest;} for each part, and in a part for each step:
 * {@code verdict = link.run(steps[i], meta, nowNs); if (verdict != NEXT) { mirror(verdict, words, mirrors);
 * digest |= verdict & DIGEST; if ((verdict & ACTION) != NEXT) return verdict | digest; }}
 */
final class ChainWriter {
    private static final ClassDesc THIS = ClassDesc.of(ChainWriter.class.getPackageName(), "WrittenChain");
    private static final ClassDesc CHAIN = desc(Chain.class);
    private static final ClassDesc LINK = desc(Link.class);
    private static final ClassDesc STEP = desc(Step.class);
    private static final ClassDesc STEPS = desc(Step[].class);
    private static final ClassDesc META = desc(SegmentMeta.class);
    private static final ClassDesc WORDS = desc(int[].class);
    private static final ClassDesc MIRRORS = desc(MirrorQueue.class);
    private static final MethodTypeDesc NEW =
        MethodTypeDesc.of(ConstantDescs.CD_void, STEPS, desc(ChainClass.class));
    private static final MethodTypeDesc RUN =
        MethodTypeDesc.of(ConstantDescs.CD_long, META, WORDS, MIRRORS, ConstantDescs.CD_long);
    private static final String PART = "part";
    private static final int PART_STEPS = 6;
    private static final int META_LOCAL = 1;
    private static final int WORDS_LOCAL = 2;
    private static final int MIRRORS_LOCAL = 3;
    private static final int NOW_LOCAL = 4;
    private static final int VERDICT_LOCAL = 6;
    private static final int DIGEST_LOCAL = 8;
    private static final int STEPS_LOCAL = 10;

    private ChainWriter() {
    }

    /** {@return a class of so many steps, to be defined with the list of their links as class data} */
    static byte[] write(int steps) {
        int parts = Math.ceilDiv(steps, PART_STEPS);
        return ClassFile.of().build(THIS, type -> {
            type.withFlags(ClassFile.ACC_FINAL)
                .withSuperclass(CHAIN)
                .withMethodBody(ConstantDescs.INIT_NAME, NEW, 0, code -> code
                    .aload(0).aload(1).aload(2)
                    .invokespecial(CHAIN, ConstantDescs.INIT_NAME, NEW)
                    .return_())
                .withMethodBody("run", RUN, 0, code -> run(code, parts));
            for (int part = 0; part < parts; part++) {
                int first = part * PART_STEPS;
                int end = Math.min(first + PART_STEPS, steps);
                type.withMethodBody(PART + part, RUN, ClassFile.ACC_PRIVATE, code -> part(code, first, end));
            }
        });
    }

    private static void run(CodeBuilder code, int parts) {
        Label end = begin(code);
        for (int part = 0; part < parts; part++) {
            code.aload(0).aload(META_LOCAL).aload(WORDS_LOCAL).aload(MIRRORS_LOCAL).lload(NOW_LOCAL)
                .invokevirtual(THIS, PART + part, RUN)
                .lstore(VERDICT_LOCAL);
            endIfDecided(code, end);
        }
        end(code, end);
    }

    private static void part(CodeBuilder code, int first, int behind) {
        Label end = begin(code);
        code.aload(0).getfield(CHAIN, "steps", STEPS).astore(STEPS_LOCAL);
        for (int i = first; i < behind; i++) {
            step(code, i, end);
        }
        end(code, end);
    }

    private static Label begin(CodeBuilder code) {
        code.lconst_0().lstore(VERDICT_LOCAL).lconst_0().lstore(DIGEST_LOCAL);
        return code.newLabel();
    }

    private static void end(CodeBuilder code, Label end) {
        code.labelBinding(end).lload(VERDICT_LOCAL).lload(DIGEST_LOCAL).lor().return_(TypeKind.LONG);
    }

    private static void endIfDecided(CodeBuilder code, Label end) {
        code.lload(DIGEST_LOCAL).lload(VERDICT_LOCAL).loadConstant(Verdict.DIGEST).land().lor().lstore(DIGEST_LOCAL)
            .lload(VERDICT_LOCAL)
            .invokestatic(desc(Verdict.class), "action", MethodTypeDesc.of(ConstantDescs.CD_long,
                ConstantDescs.CD_long))
            .loadConstant(Verdict.NEXT).lcmp().ifne(end);
    }

    private static void step(CodeBuilder code, int index, Label end) {
        Label next = code.newLabel();
        code.loadConstant(DynamicConstantDesc.ofNamed(ConstantDescs.BSM_CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME,
                LINK, index))
            .aload(STEPS_LOCAL).loadConstant(index).aaload()
            .aload(META_LOCAL)
            .lload(NOW_LOCAL)
            .invokevirtual(LINK, "run", MethodTypeDesc.of(ConstantDescs.CD_long, STEP, META, ConstantDescs.CD_long))
            .lstore(VERDICT_LOCAL)
            .lload(VERDICT_LOCAL).loadConstant(Verdict.NEXT).lcmp().ifeq(next)
            .lload(VERDICT_LOCAL).aload(WORDS_LOCAL).aload(MIRRORS_LOCAL)
            .invokestatic(CHAIN, "mirror", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, WORDS,
                MIRRORS));
        endIfDecided(code, end);
        code.labelBinding(next);
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
