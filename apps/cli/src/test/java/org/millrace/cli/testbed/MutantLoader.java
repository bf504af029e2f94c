package org.millrace.cli.testbed;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.millrace.testkit.script.PacketScript;

/**
 * Loads the TCP programs and the testbed once more, one class changed, beside all else as it is. Machines that read the class
 * files of stages see the changed one. The control plane and the testbed count their steps; stages do not, since a stage may call
 * nothing that has a memory.
 */
final class MutantLoader extends ClassLoader {
    private static final Pattern OWN = Pattern.compile("org\\.millrace\\.(tcp|cli\\.testbed)\\..*");
    private static final Pattern COUNTED = Pattern.compile("org\\.millrace\\.(tcp\\.control\\.(?!program|wire).*"
        + "|tcp\\.(flextoe\\.FlexToe|laminar\\.Laminar)|cli\\.testbed\\..*)");
    private static final ClassDesc STEPS = ClassDesc.of(MutantSteps.class.getName());

    private final Mutant mutant;

    /** Makes one; without a mutant all classes are as they are. */
    MutantLoader(Mutant mutant) {
        super(MutantLoader.class.getClassLoader());
        this.mutant = mutant;
    }

    /** {@return whether methods of a class are noted when they are reached} */
    static boolean counts(String type) {
        return COUNTED.matcher(type).matches();
    }

    /** Runs a script on the changed programs. */
    void run(PacketScript script, Scripts.Choice stack) throws Throwable {
        Class<?> type = loadClass(Testbed.class.getName());
        Method call = type.getMethod("call", Map.class);
        try (AutoCloseable testbed = (AutoCloseable) type.getConstructor().newInstance()) {
            UnaryOperator<Map<String, Object>> requests = request -> answer(call, testbed, request);
            script.run(stack.program(), stack.hardware(), requests);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> answer(Method call, Object testbed, Map<String, Object> request) {
        try {
            return (Map<String, Object>) call.invoke(testbed, request);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!OWN.matcher(name).matches() || name.startsWith(MutantSteps.class.getName())) {
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
            byte[] code = counts(name) ? counting(name, bytes) : bytes;
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream getResourceAsStream(String resource) {
        InputStream original = super.getResourceAsStream(resource);
        if (mutant == null || original == null || !resource.equals(mutant.type().replace('.', '/') + ".class")) {
            return original;
        }
        try (original) {
            return new ByteArrayInputStream(mutant.apply(original.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] counting(String type, byte[] original) {
        return Mutant.FORMAT.transformClass(Mutant.FORMAT.parse(original), (builder, element) -> {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                builder.transformMethod(method, MethodTransform.transformingCode(new Counting(type + "." + Mutant.key(method))));
            } else {
                builder.with(element);
            }
        });
    }

    /** Puts the calls into a method. */
    private record Counting(String method) implements CodeTransform {
        @Override
        public void atStart(CodeBuilder code) {
            code.loadConstant(method).invokestatic(STEPS, "enter", MethodTypeDesc.of(ConstantDescs.CD_void,
                ConstantDescs.CD_String));
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (element instanceof BranchInstruction) {
                code.invokestatic(STEPS, "step", MethodTypeDesc.of(ConstantDescs.CD_void));
            }
            code.with(element);
        }
    }
}
