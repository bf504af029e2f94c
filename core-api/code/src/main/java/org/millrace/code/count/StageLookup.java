package org.millrace.code.count;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A lookup with full privilege in a stage's class, also where that class is another bundle's: a class loader's unnamed module
 * is not another's, and across modules nobody may define a member of a nest. There a small class beside the stage asks for it.
 */
final class StageLookup {
    private static final String NAME = "StageLookup$";
    private static final String ASK = "ask";
    private static final ClassDesc LOOKUP = ClassDesc.of("java.lang.invoke.MethodHandles$Lookup");

    private StageLookup() {
    }

    /** {@return the lookup} */
    static MethodHandles.Lookup in(Class<?> stage) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(stage, MethodHandles.lookup());
        if (lookup.hasFullPrivilegeAccess()) {
            return lookup;
        }
        MethodHandle ask = lookup.findStatic(beside(stage, lookup), ASK, MethodType.methodType(MethodHandles.Lookup.class));
        try {
            return MethodHandles.privateLookupIn(stage, (MethodHandles.Lookup) ask.invokeExact());
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // it declares none
        }
    }

    /** One for each package and class loader. */
    private static synchronized Class<?> beside(Class<?> stage, MethodHandles.Lookup lookup) throws ReflectiveOperationException {
        String name = stage.getPackageName() + "." + NAME;
        try {
            return Class.forName(name, true, stage.getClassLoader());
        } catch (ClassNotFoundException first) {
            return lookup.defineClass(ClassFile.of().build(ClassDesc.of(name), type -> type
                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                .withMethodBody(ASK, MethodTypeDesc.of(LOOKUP), ClassFile.ACC_STATIC, code -> code
                    .invokestatic(ConstantDescs.CD_MethodHandles, "lookup", MethodTypeDesc.of(LOOKUP)).areturn())));
        }
    }
}
