package org.millrace.cli.testbed;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.testkit.script.PacketScript;

/**
 * Loads the TCP programs and the testbed once more, one class changed, beside all else as it is. A machine that reads the class
 * files of stages sees the changed one; what runs is that with its steps counted or its pieces noted: what
 * lies between two lines, labels or jumps. {@link StepwiseBackend} stands for hw-bluefield, which would copy the stages.
 */
final class MutantLoader extends ClassLoader {
    private static final Pattern PROGRAMS = Pattern.compile("org\\.millrace\\.(tcp|cli\\.testbed)\\..*");
    private static final Pattern ALL = Pattern.compile("org\\.millrace\\.(?!testkit\\.).*");
    private static final ClassDesc STEPS = ClassDesc.of(MutantSteps.class.getName());
    private static final ClassDesc STEPWISE = ClassDesc.of(StepwiseBackend.class.getName());

    private final Mutant mutant;
    private final Pattern own;
    private final boolean notes;
    /** The numbers of a method's pieces, by their first element. */
    private final Map<String, NavigableMap<Integer, Integer>> pieces = new HashMap<>();
    private int pieceCount;

    private MutantLoader(Mutant mutant, Pattern own, boolean notes) {
        super(MutantLoader.class.getClassLoader());
        this.mutant = mutant;
        this.own = own;
        this.notes = notes;
    }

    /** {@return one that loads the programs with a change} */
    static MutantLoader of(Mutant mutant) {
        return new MutantLoader(mutant, PROGRAMS, false);
    }

    /** {@return one that loads the programs as they are} */
    static MutantLoader plain() {
        return new MutantLoader(null, PROGRAMS, false);
    }

    /** {@return one that loads the programs as they are, and notes what is reached} */
    static MutantLoader noting() {
        return new MutantLoader(null, PROGRAMS, true);
    }

    /** {@return one that loads everything as it is, and counts the steps of everything} */
    static MutantLoader counting() {
        return new MutantLoader(null, ALL, false);
    }

    /** A testbed of the loaded classes. */
    record Loaded(Closeable testbed, UnaryOperator<Map<String, Object>> requests) implements Closeable {
        @Override
        public void close() throws IOException {
            testbed.close();
        }
    }

    Loaded open() throws ReflectiveOperationException {
        Class<?> type = loadClass(Testbed.class.getName());
        Method call = type.getMethod("call", Map.class);
        AutoCloseable testbed = (AutoCloseable) type.getConstructor().newInstance();
        Closeable closing = () -> close(testbed);
        return new Loaded(closing, request -> answer(call, testbed, request));
    }

    /** {@return the number of the piece of code that a mutant changes; negative if its class was never loaded} */
    int piece(Mutant changed) {
        NavigableMap<Integer, Integer> of = pieces.get(changed.type() + "." + changed.method());
        return of == null ? -1 : of.floorEntry(changed.element()).getValue();
    }

    /** Runs a script on the changed programs. */
    void run(PacketScript script, Scripts.Choice stack) throws Throwable {
        try (Loaded loaded = open()) {
            script.run(stack.program(), stack.hardware(), loaded.requests);
        }
    }

    private static void close(AutoCloseable testbed) throws IOException {
        try {
            testbed.close();
        } catch (RuntimeException e) { // a mutant's, at its end
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
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
        if (!own.matcher(name).matches() || name.startsWith(MutantSteps.class.getName())) {
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
            byte[] code = counting(name, in.readAllBytes());
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

    private byte[] counting(String type, byte[] original) {
        return Mutant.FORMAT.transformClass(Mutant.FORMAT.parse(original), (builder, element) -> {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                NavigableMap<Integer, Integer> of = new TreeMap<>();
                pieces.put(type + "." + Mutant.key(method), of);
                builder.transformMethod(method, MethodTransform.transformingCode(
                    type.equals(StackOptions.class.getName()) ? MutantLoader::stepwise : new Counting(of)));
            } else {
                builder.with(element);
            }
        });
    }

    private static void stepwise(CodeBuilder code, CodeElement element) {
        String machine = BluefieldBackend.class.getName().replace('.', '/');
        switch (element) {
            case NewObjectInstruction made when made.className().asInternalName().equals(machine) -> code.new_(STEPWISE);
            case InvokeInstruction call when call.owner().asInternalName().equals(machine) ->
                code.invokespecial(STEPWISE, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
            default -> code.with(element);
        }
    }

    /** Puts the calls into a method. */
    private final class Counting implements CodeTransform {
        private final NavigableMap<Integer, Integer> of;
        private int element;

        Counting(NavigableMap<Integer, Integer> of) {
            this.of = of;
        }

        @Override
        public void atStart(CodeBuilder code) {
            code.invokestatic(STEPS, "step", MethodTypeDesc.of(ConstantDescs.CD_void));
            note(code);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement each) {
            if (each instanceof BranchInstruction) {
                code.invokestatic(STEPS, "step", MethodTypeDesc.of(ConstantDescs.CD_void));
            }
            code.with(each);
            element++;
            if (each instanceof BranchInstruction || each instanceof LabelTarget || each instanceof LineNumber) {
                note(code);
            }
        }

        /** The next element is the first of a piece. */
        private void note(CodeBuilder code) {
            if (notes) {
                of.put(element, pieceCount);
                code.loadConstant(pieceCount++).invokestatic(STEPS, "at", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int));
            }
        }
    }
}
