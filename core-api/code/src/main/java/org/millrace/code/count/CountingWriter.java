package org.millrace.code.count;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.Stage;
import org.millrace.code.Code;

/**
 * Writes a class with copies of a stage's methods that count. What a copy could not reach from a class in the stage's nest
 * (an accessor, which calls protected methods of its superclass) is called as it is, and its operations are added by its
 * caller.
 */
final class CountingWriter {
    static final String COUNT = "count";
    static final String TAKE = "take";
    static final String PROCESS = "m0";

    private final Class<?> stage;
    private final ClassDesc self;
    private final Code.Library library = new Code.Library();
    private final Map<Code, Integer> copied = new LinkedHashMap<>();
    private final List<Code> pending = new ArrayList<>();
    private int size;

    CountingWriter(Stage<?, ?> stage) {
        this.stage = stage.getClass();
        self = ClassDesc.of(this.stage.getPackageName().isEmpty() ? "Counting" : this.stage.getPackageName() + ".Counting");
    }

    /** {@return the class file, or null if the stage's method cannot be copied} */
    byte[] write() {
        Code process = stage.isHidden() ? null : library.find(stage, "process", null);
        if (process == null || !isCopyable(process)) {
            return null;
        }
        number(process);
        ClassFile file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofClassLoading(stage.getClassLoader()).orElse(ClassHierarchyResolver.defaultResolver())));
        return file.build(self, type -> {
            type.withFlags(ClassFile.ACC_FINAL);
            type.withField(COUNT, ConstantDescs.CD_int, ClassFile.ACC_STATIC);
            type.withMethodBody(TAKE, MethodTypeDesc.of(ConstantDescs.CD_int), ClassFile.ACC_STATIC, code -> code
                .getstatic(self, COUNT, ConstantDescs.CD_int).iconst_0().putstatic(self, COUNT, ConstantDescs.CD_int)
                .return_(TypeKind.INT));
            for (int i = 0; i < pending.size(); i++) {
                Code method = pending.get(i);
                type.withMethodBody("m" + i, descriptor(method), ClassFile.ACC_STATIC, code -> copy(method, code));
            }
        });
    }

    /** {@return operations that stand in what was written} */
    int size() {
        return size;
    }

    private int number(Code code) {
        return copied.computeIfAbsent(code, fresh -> {
            pending.add(fresh);
            return pending.size() - 1;
        });
    }

    private static MethodTypeDesc descriptor(Code code) {
        MethodTypeDesc type = MethodTypeDesc.ofDescriptor(code.descriptor());
        return code.isStatic() ? type : type.insertParameterTypes(0, code.owner().describeConstable().orElseThrow());
    }

    private void copy(Code method, CodeBuilder code) {
        Map<Label, Label> labels = new HashMap<>();
        Map<Integer, List<Label>> at = new HashMap<>();
        method.labels().forEach((label, index) -> {
            Label fresh = code.newLabel();
            labels.put(label, fresh);
            at.computeIfAbsent(index, i -> new ArrayList<>()).add(fresh);
        });
        Set<Integer> leaders = leaders(method);
        for (int i = 0; i < method.instructions().size(); i++) {
            at.getOrDefault(i, List.of()).forEach(code::labelBinding);
            if (leaders.contains(i)) {
                int operations = blockOperations(method, i, leaders);
                size += operations;
                if (operations > 0) {
                    code.getstatic(self, COUNT, ConstantDescs.CD_int).loadConstant(operations).iadd()
                        .putstatic(self, COUNT, ConstantDescs.CD_int);
                }
            }
            write(method, method.instructions().get(i), code, labels);
        }
        at.getOrDefault(method.instructions().size(), List.of()).forEach(code::labelBinding);
    }

    /** Where a block begins: at the start, at what is branched to, behind what branches. */
    private static Set<Integer> leaders(Code method) {
        Set<Integer> leaders = new TreeSet<>(List.of(0));
        for (int i = 0; i < method.instructions().size(); i++) {
            switch (method.instructions().get(i)) {
                case BranchInstruction b -> leaders.addAll(List.of(method.labels().get(b.target()), i + 1));
                case TableSwitchInstruction s -> {
                    s.cases().forEach(c -> leaders.add(method.labels().get(c.target())));
                    leaders.addAll(List.of(method.labels().get(s.defaultTarget()), i + 1));
                }
                case LookupSwitchInstruction s -> {
                    s.cases().forEach(c -> leaders.add(method.labels().get(c.target())));
                    leaders.addAll(List.of(method.labels().get(s.defaultTarget()), i + 1));
                }
                case ReturnInstruction r -> leaders.add(i + 1);
                case ThrowInstruction t -> leaders.add(i + 1);
                default -> {
                }
            }
        }
        return leaders;
    }

    private int blockOperations(Code method, int from, Set<Integer> leaders) {
        int operations = 0;
        for (int i = from; i < method.instructions().size() && (i == from || !leaders.contains(i)); i++) {
            Instruction instruction = method.instructions().get(i);
            operations += Operations.of(instruction);
            if (instruction instanceof InvokeInstruction call && copyOf(method, call) == null) {
                operations += uncopied(method, call);
            }
        }
        return operations;
    }

    private int uncopied(Code from, InvokeInstruction call) {
        if (call.owner().asInternalName().startsWith("java/")) {
            return Operations.ofLibrary();
        }
        Class<?> owner = load(from, call.owner().asInternalName());
        if (owner.isInterface() || Extern.class.isAssignableFrom(owner)) {
            return 0; // the machine charges for it
        }
        Code code = library.find(owner, call.name().stringValue(), call.type().stringValue());
        return code == null ? 0 : Operations.ofUncopied(code);
    }

    private void write(Code method, Instruction instruction, CodeBuilder code, Map<Label, Label> labels) {
        switch (instruction) {
            case BranchInstruction b -> code.branch(b.opcode(), labels.get(b.target()));
            case TableSwitchInstruction s -> code.tableswitch(s.lowValue(), s.highValue(), labels.get(s.defaultTarget()),
                cases(s.cases(), labels));
            case LookupSwitchInstruction s -> code.lookupswitch(labels.get(s.defaultTarget()), cases(s.cases(), labels));
            case InvokeInstruction call -> {
                Code target = copyOf(method, call);
                if (target == null) {
                    code.with(call);
                } else {
                    code.invokestatic(self, "m" + number(target), descriptor(target));
                }
            }
            default -> code.with(instruction);
        }
    }

    private static List<SwitchCase> cases(List<SwitchCase> cases, Map<Label, Label> labels) {
        return cases.stream().map(c -> SwitchCase.of(c.caseValue(), labels.get(c.target()))).toList();
    }

    /** {@return what a call calls, if a copy of it can stand in its place; else null} */
    private Code copyOf(Code from, InvokeInstruction call) {
        String name = call.owner().asInternalName();
        if (name.startsWith("java/") || name.startsWith("[") || call.name().equalsString("<init>")) {
            return null;
        }
        Class<?> owner = load(from, name);
        if (owner.isInterface() || Extern.class.isAssignableFrom(owner)) {
            return null;
        }
        Class<?> receiver = call.opcode() != Opcode.INVOKESTATIC && owner.isAssignableFrom(stage) ? stage : owner;
        Code code = library.find(receiver, call.name().stringValue(), call.type().stringValue());
        return code != null && !code.owner().getName().startsWith("java.") && isCopyable(code) ? code : null;
    }

    /** Whether all that a method refers to can be reached from a class in the stage's nest. */
    private boolean isCopyable(Code code) {
        if (copied.containsKey(code)) {
            return true;
        }
        if (code.catches()) {
            return false;
        }
        for (Instruction instruction : code.instructions()) {
            boolean isReachable = switch (instruction) {
                case FieldInstruction f -> isReachable(code, f.owner().asInternalName(), f.name().stringValue(), null);
                case InvokeInstruction i -> i.opcode() != Opcode.INVOKESPECIAL
                    && isReachable(code, i.owner().asInternalName(), i.name().stringValue(), i.typeSymbol());
                case InvokeDynamicInstruction d -> false;
                default -> true;
            };
            if (!isReachable) {
                return false;
            }
        }
        return true;
    }

    private boolean isReachable(Code from, String ownerName, String name, MethodTypeDesc type) {
        if (ownerName.startsWith("java/") || ownerName.startsWith("[")) {
            return true;
        }
        Class<?> owner = load(from, ownerName);
        for (Class<?> c = owner; c != null; c = c.getSuperclass()) {
            Member[] members = type == null ? c.getDeclaredFields() : c.getDeclaredMethods();
            for (Member member : members) {
                if (member.getName().equals(name) && (type == null || isOfType(member, type))) {
                    return isReachable(member.getModifiers(), c);
                }
            }
        }
        return Modifier.isPublic(owner.getModifiers()) || isOfPackage(owner);
    }

    private static boolean isOfType(Member member, MethodTypeDesc type) {
        return member instanceof java.lang.reflect.Method method && method.getParameterCount() == type.parameterCount()
            && Arrays.stream(method.getParameterTypes()).map(p -> p.describeConstable().orElseThrow()).toList()
                .equals(type.parameterList());
    }

    private boolean isReachable(int modifiers, Class<?> owner) {
        if (Modifier.isPrivate(modifiers)) {
            return owner.getNestHost() == stage.getNestHost();
        }
        return isOfPackage(owner) || Modifier.isPublic(modifiers) && Modifier.isPublic(owner.getModifiers());
    }

    private boolean isOfPackage(Class<?> owner) {
        return owner.getClassLoader() == stage.getClassLoader() && owner.getPackageName().equals(stage.getPackageName());
    }

    private static Class<?> load(Code from, String internalName) {
        try {
            return Class.forName(internalName.replace('/', '.'), false, from.owner().getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(from + ": class " + internalName + " is not there", e);
        }
    }
}
