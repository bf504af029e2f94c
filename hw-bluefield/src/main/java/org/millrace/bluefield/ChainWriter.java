package org.millrace.bluefield;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import org.millrace.api.execution.MirrorQueue;
import org.millrace.api.execution.Step;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;

/**
 * Writes a class for each workflow in which the steps are constants: the compiler then knows the class of every stage,
 * view and table and inlines the whole workflow into one method, where a loop over an array of stages makes a call
 * through an interface for each.
 *
 * <p>DESIGN NOTES. The class is hidden and its constants are class data, so stages need not be public and nothing keeps
 * the class alive but its program. {@link Step} is a record because final fields of records are constants to the
 * compiler, those of other classes are not. The code, for each step:
 * {@code verdict = step.run(meta, nowNs); if (verdict != NEXT) { mirror(verdict, words, mirrors);
 * digest |= verdict & DIGEST; if ((verdict & ACTION) != NEXT) return verdict | digest; }}
 */
final class ChainWriter {
    private static final ClassDesc THIS = ClassDesc.of(ChainWriter.class.getPackageName(), "WrittenChain");
    private static final ClassDesc CHAIN = desc(Chain.class);
    private static final ClassDesc STEP = desc(Step.class);
    private static final ClassDesc META = desc(SegmentMeta.class);
    private static final ClassDesc WORDS = desc(int[].class);
    private static final ClassDesc MIRRORS = desc(MirrorQueue.class);
    private static final int META_LOCAL = 1;
    private static final int WORDS_LOCAL = 2;
    private static final int MIRRORS_LOCAL = 3;
    private static final int NOW_LOCAL = 4;
    private static final int VERDICT_LOCAL = 6;
    private static final int DIGEST_LOCAL = 8;

    private ChainWriter() {
    }

    /** {@return the steps as one method} */
    static Chain write(List<? extends Step<?, ?>> steps) {
        byte[] bytes = ClassFile.of().build(THIS, type -> type
            .withFlags(ClassFile.ACC_FINAL)
            .withInterfaceSymbols(CHAIN)
            .withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, 0, code -> code
                .aload(0)
                .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_())
            .withMethodBody("run", MethodTypeDesc.of(ConstantDescs.CD_long, META, WORDS, MIRRORS,
                ConstantDescs.CD_long), ClassFile.ACC_PUBLIC, code -> run(code, steps.size())));
        try {
            MethodHandles.Lookup written =
                MethodHandles.lookup().defineHiddenClassWithClassData(bytes, List.copyOf(steps), true);
            return (Chain) written.findConstructor(written.lookupClass(), MethodType.methodType(void.class)).invoke();
        } catch (Throwable e) {
            throw new IllegalStateException("the stages cannot be joined", e);
        }
    }

    private static void run(CodeBuilder code, int steps) {
        Label end = code.newLabel();
        code.lconst_0().lstore(VERDICT_LOCAL).lconst_0().lstore(DIGEST_LOCAL);
        for (int i = 0; i < steps; i++) {
            step(code, i, end);
        }
        code.labelBinding(end).lload(VERDICT_LOCAL).lload(DIGEST_LOCAL).lor().return_(TypeKind.LONG);
    }

    private static void step(CodeBuilder code, int index, Label end) {
        Label next = code.newLabel();
        code.loadConstant(DynamicConstantDesc.ofNamed(ConstantDescs.BSM_CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME,
                STEP, index))
            .aload(META_LOCAL)
            .lload(NOW_LOCAL)
            .invokevirtual(STEP, "run", MethodTypeDesc.of(ConstantDescs.CD_long, META, ConstantDescs.CD_long))
            .lstore(VERDICT_LOCAL)
            .lload(VERDICT_LOCAL).loadConstant(Verdict.NEXT).lcmp().ifeq(next)
            .lload(VERDICT_LOCAL).aload(WORDS_LOCAL).aload(MIRRORS_LOCAL)
            .invokestatic(CHAIN, "mirror", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, WORDS,
                MIRRORS), true)
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
