package org.millrace.code;

/**
 * A place in a stage's source.
 *
 * @param method class and method: {@code OooHead.process}
 * @param line   source line, 0 if the class file has none
 */
public record Site(String method, int line) {
    @Override
    public String toString() {
        return method + ":" + line;
    }
}
