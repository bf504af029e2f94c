package org.millrace.bluefield;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import org.millrace.api.execution.MirrorQueue;
import org.millrace.api.execution.Step;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;

/**
 * Writes the class of a workflow. Its constants are the workflow's {@link Link}s: the compiler then knows the class of
 * every stage and view and inlines the whole workflow into one method, where a loop over an array of stages makes a call
 * through an interface for each.
 *
 * <p>DESIGN NOTES. The class is hidden and its constants are class data, so stages need not be public and nothing keeps
 * the class alive but its chains. The code, for each step:
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
        return ClassFile.of().build(THIS, type -> type
            .withFlags(ClassFile.ACC_FINAL)
            .withSuperclass(CHAIN)
            .withMethodBody(ConstantDescs.INIT_NAME, NEW, 0, code -> code
                .aload(0).aload(1).aload(2)
                .invokespecial(CHAIN, ConstantDescs.INIT_NAME, NEW)
                .return_())
            .withMethodBody("run", MethodTypeDesc.of(ConstantDescs.CD_long, META, WORDS, MIRRORS,
                ConstantDescs.CD_long), 0, code -> run(code, steps)));
    }

    private static void run(CodeBuilder code, int steps) {
        Label end = code.newLabel();
        code.lconst_0().lstore(VERDICT_LOCAL).lconst_0().lstore(DIGEST_LOCAL)
            .aload(0).getfield(CHAIN, "steps", STEPS).astore(STEPS_LOCAL);
        for (int i = 0; i < steps; i++) {
            step(code, i, end);
        }
        code.labelBinding(end).lload(VERDICT_LOCAL).lload(DIGEST_LOCAL).lor().return_(TypeKind.LONG);
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
                MIRRORS))
            .lload(DIGEST_LOCAL).lload(VERDICT_LOCAL).loadConstant(Verdict.DIGEST).land().lor().lstore(DIGEST_LOCAL)
            .lload(VERDICT_LOCAL)
            .invokestatic(desc(Verdict.class), "action", MethodTypeDesc.of(ConstantDescs.CD_long,
                ConstantDescs.CD_long))
            .loadConstant(Verdict.NEXT).lcmp().ifne(end)
            .labelBinding(next);
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
