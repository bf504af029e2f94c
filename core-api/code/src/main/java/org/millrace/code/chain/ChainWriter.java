package org.millrace.code.chain;

import static org.millrace.code.chain.ChainShape.desc;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import org.millrace.api.pipeline.Verdict;

/**
 * Writes the class of a workflow. Its constants are the workflow's links: the compiler then knows the class of every
 * stage and view and inlines the whole workflow into one method, where a loop over an array of stages makes a call
 * through an interface for each.
 *
 * <p>DESIGN NOTES. The class is hidden and its constants are class data, so stages need not be public and nothing keeps
 * the class alive but its chains. A long workflow is several methods, since the compiler inlines no more than 8,000 bytes
 * of code into one (HotSpot's DesiredMethodLimit) and leaves what comes behind to calls that know no class. The code,
 * where … is what a pass of this backend needs beside the metadata:
 * {@code verdict = part0(meta, …, nowNs); digest |= verdict & DIGEST; if ((verdict & ACTION) != NEXT) return
 * verdict | digest;} for each part, and in a part for each step:
 * {@code verdict = link.run(steps[i], meta, nowNs); if (verdict != NEXT) { mirror(verdict, meta, …);
 * digest |= verdict & DIGEST; if ((verdict & ACTION) != NEXT) return verdict | digest; }}
 */
final class ChainWriter {
    private static final String PART = "part";
    private static final int PART_STEPS = 6;
    private static final int META_LOCAL = 1;

    private final ClassDesc self;
    private final ClassDesc chain;
    private final ClassDesc link;
    private final ClassDesc stepsType;
    private final MethodTypeDesc run;
    private final MethodTypeDesc mirror;
    private final MethodTypeDesc linkRun;
    private final int nowLocal;
    private final int verdictLocal;
    private final int digestLocal;
    private final int stepsLocal;

    private ChainWriter(ChainShape shape) {
        self = ClassDesc.of(shape.chain().getPackageName(), "WrittenChain");
        chain = desc(shape.chain());
        link = desc(shape.link());
        stepsType = shape.steps();
        run = shape.run();
        mirror = shape.mirror();
        linkRun = shape.linkRun();
        nowLocal = run.parameterCount();
        verdictLocal = nowLocal + 2;
        digestLocal = verdictLocal + 2;
        stepsLocal = digestLocal + 2;
    }

    /** {@return a class of so many steps, to be defined with the list of their links as class data} */
    static byte[] write(ChainShape shape, int steps) {
        return new ChainWriter(shape).write(steps);
    }

    private byte[] write(int steps) {
        int parts = Math.ceilDiv(steps, PART_STEPS);
        MethodTypeDesc constructor = MethodTypeDesc.of(ConstantDescs.CD_void, stepsType, desc(ChainClass.class));
        return ClassFile.of().build(self, type -> {
            type.withFlags(ClassFile.ACC_FINAL)
                .withSuperclass(chain)
                .withMethodBody(ConstantDescs.INIT_NAME, constructor, 0, code -> code
                    .aload(0).aload(1).aload(2)
                    .invokespecial(chain, ConstantDescs.INIT_NAME, constructor)
                    .return_())
                .withMethodBody("run", run, 0, code -> run(code, parts));
            for (int part = 0; part < parts; part++) {
                int first = part * PART_STEPS;
                int end = Math.min(first + PART_STEPS, steps);
                type.withMethodBody(PART + part, run, ClassFile.ACC_PRIVATE, code -> part(code, first, end));
            }
        });
    }

    private void run(CodeBuilder code, int parts) {
        Label end = begin(code);
        for (int part = 0; part < parts; part++) {
            code.aload(0).aload(META_LOCAL);
            loadRest(code);
            code.lload(nowLocal)
                .invokevirtual(self, PART + part, run)
                .lstore(verdictLocal);
            endIfDecided(code, end);
        }
        end(code, end);
    }

    private void part(CodeBuilder code, int first, int behind) {
        Label end = begin(code);
        code.aload(0).getfield(chain, "steps", stepsType).astore(stepsLocal);
        for (int i = first; i < behind; i++) {
            step(code, i, end);
        }
        end(code, end);
    }

    /** What stands between the metadata and the time. */
    private void loadRest(CodeBuilder code) {
        for (int local = META_LOCAL + 1; local < nowLocal; local++) {
            code.aload(local);
        }
    }

    private Label begin(CodeBuilder code) {
        code.lconst_0().lstore(verdictLocal).lconst_0().lstore(digestLocal);
        return code.newLabel();
    }

    private void end(CodeBuilder code, Label end) {
        code.labelBinding(end).lload(verdictLocal).lload(digestLocal).lor().return_(TypeKind.LONG);
    }

    private void endIfDecided(CodeBuilder code, Label end) {
        code.lload(digestLocal).lload(verdictLocal).loadConstant(Verdict.DIGEST).land().lor().lstore(digestLocal)
            .lload(verdictLocal)
            .invokestatic(desc(Verdict.class), "action", MethodTypeDesc.of(ConstantDescs.CD_long,
                ConstantDescs.CD_long))
            .loadConstant(Verdict.NEXT).lcmp().ifne(end);
    }

    private void step(CodeBuilder code, int index, Label end) {
        Label next = code.newLabel();
        code.loadConstant(DynamicConstantDesc.ofNamed(ConstantDescs.BSM_CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME,
                link, index))
            .aload(stepsLocal).loadConstant(index).aaload()
            .aload(META_LOCAL)
            .lload(nowLocal)
            .invokevirtual(link, "run", linkRun)
            .lstore(verdictLocal)
            .lload(verdictLocal).loadConstant(Verdict.NEXT).lcmp().ifeq(next)
            .lload(verdictLocal).aload(META_LOCAL);
        loadRest(code);
        code.invokestatic(chain, "mirror", mirror);
        endIfDecided(code, end);
        code.labelBinding(next);
    }
}
