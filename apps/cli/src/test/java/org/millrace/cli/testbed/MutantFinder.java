package org.millrace.cli.testbed;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.millrace.cli.testbed.Mutant.Change;

/**
 * All changes of one instruction in the stages of both TCP programs and in their control plane that a peer or an application
 * might notice: a comparison negated, or with equality or without; + for - and the reverse; a constant one more or less (0 and
 * 1, which may be truth values, for one another; from 1,000 on, mostly times, half as much more or less); a call without result left out; the other truth value returned.
 *
 * <p>Left out by rule, since no packet script is about them:
 * <ul>
 * <li>classes that read configuration, make components or write lines for tools, by their names ({@link #ASIDE}), and methods that
 *     answer a text, for people; calls of a logger;
 * <li>what is believed of a handed-over state that no program of ours would write: the package {@code format},
 *     {@code Soundness, ConnectionFields}, methods {@code walk}, and constants given to {@code Fields}, which are bounds, or what a
 *     reader passes over. HandoverTest and the target {@code snapshot} of apps/fuzz show it;
 * <li>static initializers, which declare names and layouts for placements, {@code toString, equals, hashCode}, and what the compiler
 *     adds, lambdas aside;
 * <li>from {@code new …Exception} to its {@code throw}: messages; what {@code try} adds for when something is thrown;
 * <li>what only congestion control of a bundle of its own asks for: {@code CongestionAlgorithm, Delivery, DeliveryRate, FlowWatch.deliver};
 *     DeliveryRateTest, BbrTest and PlugInCongestionTest show it;
 * <li>what is added to a field of {@code TcpCounters};
 * <li>the largest and the smallest number, which mean never;
 * <li>a constant that is the length of an array or an argument of a java.util constructor: room that is made ahead;
 * <li>what needs more than a script has ({@link #BEYOND}): one context and one shard, which live as long as the stack, listens once and at a
 *     given port; frames of the wire's size.
 * </ul>
 *
 * <p>What else nobody can see is in the resource {@code equal.mutants}, each with its reason.
 */
final class MutantFinder {
    private static final Pattern ASIDE = Pattern.compile(".*(Factory|Config|Options|Component|Lines|Counters|package-info)(\\$.*)?"
        + "|.*\\.(osgi|format)\\..*|.*\\.(Soundness|ConnectionFields|CongestionAlgorithm|Delivery|DeliveryRate)");
    /**
     * Classes and methods. RequestsTest and HandshakeTest show what contexts share, and ports that are chosen; HandoverTest a shard that begins
     * anew, SwapTest a side that retires; TcpCodecTest and TwoHostsTest what is said of super-frames and to other machines.
     */
    private static final Pattern BEYOND = Pattern.compile(".*\\.(Requests\\.(handOver|contextLeft|contextClosed|dropListeners|lambda\\$context.*"
        + "|listen|lambda\\$listen.*|unlisten|inDataPath|taken)|Lingering\\.leave|Establishment\\.(placeAtListener|lambda\\$placeAtListener.*)"
        + "|EphemeralPorts\\..*|Handshake\\.load|(Connection|PostState)\\.context|(FlexToe|Laminar|LaminarState)\\.place|ConnectionTable\\.move|Teardown\\.resetAll|TcpControl\\.(reset|isHeld)|FlowWatch\\.deliver|FlexToe\\.<init>|Laminar\\.superFrame|ListenerTable.*|TcpCodec\\.(carried|replaces|mostReplaced|segmentSize)|TransmitProtocol\\.remainder)");
    private static final Set<String> UNHEARD = Set.of("<clinit>", "toString", "equals", "hashCode", "walk");
    private static final int LARGE = 1000;
    private static final Map<Opcode, Opcode> NEGATED = both(Opcode.IFEQ, Opcode.IFNE, Opcode.IFLT, Opcode.IFGE, Opcode.IFGT,
        Opcode.IFLE, Opcode.IF_ICMPEQ, Opcode.IF_ICMPNE, Opcode.IF_ICMPLT, Opcode.IF_ICMPGE, Opcode.IF_ICMPGT,
        Opcode.IF_ICMPLE, Opcode.IF_ACMPEQ, Opcode.IF_ACMPNE, Opcode.IFNULL, Opcode.IFNONNULL);
    private static final Map<Opcode, Opcode> BOUNDARY = both(Opcode.IFLT, Opcode.IFLE, Opcode.IFGT, Opcode.IFGE,
        Opcode.IF_ICMPLT, Opcode.IF_ICMPLE, Opcode.IF_ICMPGT, Opcode.IF_ICMPGE);
    private static final Map<Opcode, Opcode> SIGN = both(Opcode.IADD, Opcode.ISUB, Opcode.LADD, Opcode.LSUB, Opcode.DADD,
        Opcode.DSUB);

    private final String type;
    private final MethodModel method;
    private final List<Mutant> found;
    private int element;
    private int line;

    private MutantFinder(String type, MethodModel method, List<Mutant> found) {
        this.type = type;
        this.method = method;
        this.found = found;
    }

    private static Map<Opcode, Opcode> both(Opcode... pairs) {
        Map<Opcode, Opcode> map = new EnumMap<>(Opcode.class);
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
            map.put(pairs[i + 1], pairs[i]);
        }
        return map;
    }

    /** {@return the mutants of a class, in its order} */
    static List<Mutant> in(ClassModel model) {
        String type = model.thisClass().asInternalName().replace('/', '.');
        List<Mutant> found = new ArrayList<>();
        if (!ASIDE.matcher(type).matches()) {
            model.methods().stream().filter(MutantFinder::isWritten)
                .filter(method -> !BEYOND.matcher(type + "." + method.methodName().stringValue()).matches())
                .forEach(method -> new MutantFinder(type, method, found).search());
        }
        return found;
    }

    private static boolean isWritten(MethodModel method) {
        String name = method.methodName().stringValue();
        boolean isAdded = method.flags().has(AccessFlag.SYNTHETIC) && !name.startsWith("lambda$");
        boolean isForPeople = method.methodType().stringValue().endsWith(")Ljava/lang/String;");
        return method.code().isPresent() && !isAdded && !isForPeople && !UNHEARD.contains(name);
    }

    private void search() {
        List<CodeElement> all = method.code().orElseThrow().elementList();
        List<Instruction> instructions = all.stream().filter(Instruction.class::isInstance).map(Instruction.class::cast).toList();
        int at = 0;
        boolean isMessage = false;
        Set<Label> rethrown = method.code().orElseThrow().exceptionHandlers().stream().filter(MutantFinder::isOfAll)
            .map(ExceptionCatch::handler).collect(Collectors.toSet());
        for (element = 0; element < all.size(); element++) {
            switch (all.get(element)) {
                case LineNumber number -> line = number.line();
                case LabelTarget target -> isMessage |= rethrown.contains(target.label());
                case Instruction instruction -> {
                    isMessage |= instruction instanceof NewObjectInstruction made
                        && made.className().asInternalName().endsWith("Exception");
                    isMessage &= !(instruction instanceof ThrowInstruction);
                    List<Instruction> next = instructions.subList(++at, instructions.size());
                    if (!isMessage && !isCounter(instruction, next) && !isRoom(instruction, next)
                        && !isField(instruction, next)) {
                        change(instruction);
                    }
                }
                default -> {
                }
            }
        }
    }

    private static boolean isCounter(Instruction instruction, List<Instruction> next) {
        int put = instruction instanceof ConstantInstruction ? 1 : 0;
        return (put == 0 || next.getFirst() instanceof OperatorInstruction) && next.size() > put
            && next.get(put) instanceof FieldInstruction field && field.opcode() == Opcode.PUTFIELD
            && field.owner().asInternalName().endsWith("/TcpCounters");
    }

    private static boolean isRoom(Instruction instruction, List<Instruction> next) {
        return instruction instanceof ConstantInstruction && switch (next.getFirst()) {
            case NewPrimitiveArrayInstruction _, NewReferenceArrayInstruction _ -> true;
            case InvokeInstruction call -> call.name().equalsString("<init>")
                && call.owner().asInternalName().startsWith("java/util/");
            default -> false;
        };
    }

    private static boolean isOfAll(ExceptionCatch handler) {
        return handler.catchType().map(type -> type.asInternalName().equals("java/lang/Throwable")).orElse(true);
    }

    private static boolean isField(Instruction instruction, List<Instruction> next) {
        return instruction instanceof ConstantInstruction && next.stream()
            .filter(each -> !(each instanceof ConstantInstruction || each instanceof LoadInstruction || each instanceof FieldInstruction))
            .findFirst().orElseThrow() instanceof InvokeInstruction call && call.owner().asInternalName().endsWith("/format/Fields");
    }

    private void change(Instruction instruction) {
        switch (instruction) {
            case BranchInstruction branch -> {
                replace(NEGATED, branch);
                replace(BOUNDARY, branch);
            }
            case OperatorInstruction operator when SIGN.containsKey(operator.opcode()) -> {
                Opcode other = SIGN.get(operator.opcode());
                add(operator.opcode() + " becomes " + other, (code, _) -> code.with(OperatorInstruction.of(other)));
            }
            case ConstantInstruction constant -> constant(constant);
            case InvokeInstruction call when call.typeSymbol().returnType().descriptorString().equals("V")
                && !call.name().equalsString("<init>") && !call.owner().asInternalName().equals("org/slf4j/Logger") -> add(call.name() + "() is not called", (code, _) -> drop(code, call));
            case ReturnInstruction _ when method.methodTypeSymbol().returnType().descriptorString().equals("Z") ->
                add("returns the other boolean", (code, instead) -> code.iconst_1().ixor().with(instead));
            default -> {
            }
        }
    }

    private void replace(Map<Opcode, Opcode> others, BranchInstruction branch) {
        Opcode other = others.get(branch.opcode());
        if (other != null) {
            add(branch.opcode() + " becomes " + other, (code, instead) ->
                code.with(BranchInstruction.of(other, ((BranchInstruction) instead).target())));
        }
    }

    private void constant(ConstantInstruction constant) {
        switch (constant.constantValue()) {
            case Integer i when i == 0 || i == 1 -> add(i + " becomes " + (1 - i), (code, _) -> code.loadConstant(1 - i));
            case Integer i when i != Integer.MIN_VALUE && i != Integer.MAX_VALUE -> {
                int step = Math.abs(i) < LARGE ? 1 : Math.abs(i) / 2;
                add(i + " becomes " + (i + step), (code, _) -> code.loadConstant(i + step));
                add(i + " becomes " + (i - step), (code, _) -> code.loadConstant(i - step));
            }
            case Long i when i != Long.MIN_VALUE && i != Long.MAX_VALUE -> {
                long step = Math.abs(i) < LARGE ? 1 : Math.abs(i) / 2;
                add(i + "L becomes " + (i + step), (code, _) -> code.loadConstant(i + step));
                add(i + "L becomes " + (i - step), (code, _) -> code.loadConstant(i - step));
            }
            case Double d -> add(d + " becomes " + (d + 1), (code, _) -> code.loadConstant(d + 1));
            default -> {
            }
        }
    }

    private static void drop(CodeBuilder code, InvokeInstruction call) {
        for (ClassDesc parameter : call.typeSymbol().parameterList().reversed()) {
            if (TypeKind.from(parameter).slotSize() == 2) {
                code.pop2();
            } else {
                code.pop();
            }
        }
        if (call.opcode() != Opcode.INVOKESTATIC) {
            code.pop();
        }
    }

    private void add(String text, Mutant.Writer writer) {
        found.add(new Mutant(type, Mutant.key(method), element, line, new Change(text, writer)));
    }
}
