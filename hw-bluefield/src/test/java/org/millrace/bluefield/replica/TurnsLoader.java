package org.millrace.bluefield.replica;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;
import org.millrace.api.pipeline.View;

/** Loads the project's classes once more, as they were compiled, but for View, whose accesses take turns. */
final class TurnsLoader extends ClassLoader {
    private static final Set<String> ACCESSES = Set.of("i32", "u16", "u8", "add");

    TurnsLoader() {
        super(TurnsLoader.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("org.millrace.") || name.equals(Turns.class.getName())) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            byte[] code = name.equals(View.class.getName()) ? takingTurns(bytes) : bytes;
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] takingTurns(byte[] view) {
        CodeTransform take = new CodeTransform() {
            @Override
            public void atStart(CodeBuilder builder) {
                builder.invokestatic(ClassDesc.of(Turns.class.getName()), "take", MethodTypeDesc.of(ConstantDescs.CD_void));
            }

            @Override
            public void accept(CodeBuilder builder, CodeElement element) {
                builder.with(element);
            }
        };
        ClassFile format = ClassFile.of();
        return format.transformClass(format.parse(view), ClassTransform.transformingMethodBodies(
            method -> ACCESSES.contains(method.methodName().stringValue()), take));
    }
}
