package org.millrace.code.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.code.Site;
import org.millrace.code.Violation;

/** All that a method can do on any of its ways: accesses, calls of externs, and what no stage may do. */
public final class Effects {
    /** {@link #arithmetic()}: a division by what is not constant. */
    public static final String DIVISION = "division";
    /** {@link #arithmetic()}: an operation on float or double. */
    public static final String FLOATING_POINT = "floating point";

    private final Site start;
    private final Map<Access, Site> accesses = new LinkedHashMap<>();
    private final Map<Class<?>, Site> externs = new LinkedHashMap<>();
    private final Map<Site, String> arithmetic = new LinkedHashMap<>();
    private final Set<Violation> faults = new LinkedHashSet<>();

    /**
     * @param start where the method begins
     */
    Effects(Site start) {
        this.start = start;
    }

    /** What is done to a field. */
    public enum Kind {
        /** It is read. */
        GET,
        /** It is written. */
        SET,
        /** It is added to, and not read. */
        ADD
    }

    /**
     * An access.
     *
     * @param isState whether of the state, else of the metadata
     * @param kind    what is done
     * @param offset  of the field, bytes
     * @param bytes   of the field; of an indexed one, of all elements
     */
    public record Access(boolean isState, Kind kind, int offset, int bytes) {
        /** {@return the offset behind it, bytes} */
        public int end() {
            return offset + bytes;
        }
    }

    void access(Access access, Site site) {
        accesses.putIfAbsent(access, site);
    }

    void call(Class<?> extern, Site site) {
        externs.putIfAbsent(extern, site);
    }

    void arithmetic(Site site, String operation) {
        arithmetic.putIfAbsent(site, operation);
    }

    void fault(Site site, String operation, String limit) {
        faults.add(new Violation(site, operation, limit));
    }

    /** {@return where the method begins} */
    public Site start() {
        return start;
    }

    /** {@return accesses, and where each is made first} */
    public Map<Access, Site> accesses() {
        return accesses;
    }

    /** {@return interfaces of the externs called, and where first} */
    public Map<Class<?>, Site> externs() {
        return externs;
    }

    /** {@return what small processors cannot do: {@link #DIVISION}, {@link #FLOATING_POINT}, by where} */
    public Map<Site, String> arithmetic() {
        return arithmetic;
    }

    /** {@return what no stage may do} */
    public List<Violation> faults() {
        return new ArrayList<>(faults);
    }
}
