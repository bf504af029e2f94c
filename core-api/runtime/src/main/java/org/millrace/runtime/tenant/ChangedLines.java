package org.millrace.runtime.tenant;

import org.millrace.context.RegistryLine.Kind;

/**
 * Which lines of the registry no longer say what is so. A line is named by kind, transport, context and what it is there:
 * {@code kind << 56 | transport << 48 | context << 32 | slot or listener}. To note one costs a look at a flag.
 *
 * <p>Owned by: the data-path thread.
 */
public final class ChangedLines {
    private final NumberQueue changed = new NumberQueue();
    private boolean kept;

    /** From now on somebody takes what is noted. */
    public void keep() {
        kept = true;
    }

    public int size() {
        return changed.size();
    }

    /** {@return the number of the line that changed first; there is one} */
    public long take() {
        return changed.take();
    }

    public void context(AppContext context) {
        if (kept && !context.listed) {
            context.listed = true;
            changed.add(number(Kind.CONTEXT, 0, context.number, 0));
        }
    }

    void connection(AppContext context, int slot) {
        if (kept && !context.slots.is(slot, ConnectionSlots.LISTED)) {
            context.slots.set(slot, ConnectionSlots.LISTED);
            changed.add(number(Kind.CONNECTION, 0, context.number, slot));
        }
    }

    public void listening(AppContext context, int transport, int listener) {
        long number = number(Kind.LISTENER, transport, context.number, listener);
        if (kept && context.listeners.add(number)) {
            changed.add(number);
        }
    }

    /** The application has asked for the end of a listener, its own or an invented one. */
    public void unlistened(AppContext context, int transport, int listener) {
        long number = number(Kind.LISTENER, transport, context.number, listener);
        if (kept && context.listeners.remove(number)) {
            changed.add(number);
        }
    }

    /** A context is gone, and its listeners with it; its connections say so themselves. */
    void gone(AppContext context) {
        if (kept) {
            changed.add(number(Kind.CONTEXT, 0, context.number, 0));
            context.listeners.forEach(changed::add);
        }
    }

    private static long number(Kind kind, int transport, int context, int item) {
        return (long) kind.ordinal() << 56 | (long) transport << 48 | (long) context << 32 | item & 0xffff_ffffL;
    }

    public static Kind kind(long number) {
        return switch ((int) (number >>> 56)) {
            case 0 -> Kind.CONNECTION;
            case 1 -> Kind.LISTENER;
            default -> Kind.CONTEXT;
        };
    }

    public static int transport(long number) {
        return (int) (number >>> 48) & 0xff;
    }

    public static int context(long number) {
        return (int) (number >>> 32) & 0xffff;
    }

    public static int item(long number) {
        return (int) number;
    }
}
