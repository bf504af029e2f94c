package org.millrace.cli.testbed;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;

/**
 * A change of one instruction.
 *
 * @param type       the class, its binary name
 * @param method     name and descriptor
 * @param element    of the method's code, counted from 0
 * @param line       in the source
 * @param change     what is done
 */
record Mutant(String type, String method, int element, int line, Change change) {
    static final ClassFile FORMAT = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
        ClassHierarchyResolver.ofResourceParsing(Mutant.class.getClassLoader())));

    /** Writes something else than an instruction. */
    interface Writer {
        void write(CodeBuilder code, CodeElement instead);
    }

    /**
     * A kind of change.
     *
     * @param text   what is done, for people
     * @param writer does it
     */
    record Change(String text, Writer writer) {
    }

    static String key(MethodModel method) {
        return method.methodName().stringValue() + method.methodType().stringValue();
    }

    /** {@return the class with the change} */
    byte[] apply(byte[] original) {
        return FORMAT.transformClass(FORMAT.parse(original), ClassTransform.transformingMethodBodies(
            candidate -> key(candidate).equals(method), CodeTransform.ofStateful(this::transform)));
    }

    private CodeTransform transform() {
        int[] at = new int[1];
        return (code, each) -> {
            if (at[0]++ == element) {
                change.writer.write(code, each);
            } else {
                code.with(each);
            }
        };
    }

    @Override
    public String toString() {
        String name = type.substring("org.millrace.tcp.".length());
        return name + "." + method.substring(0, method.indexOf('(')) + ":" + line + " " + change.text;
    }
}
