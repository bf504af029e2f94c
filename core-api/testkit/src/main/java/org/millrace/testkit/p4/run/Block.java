package org.millrace.testkit.p4.run;

import java.util.List;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** A parser or control, made and ready to run. One thread. */
public final class Block {
    /** Runs a block's text in its frame. */
    @FunctionalInterface
    public interface Body {
        /** Runs. */
        void run(Frame frame);
    }

    private final Type.Block type;
    private final int slots;
    private final Body body;

    /** @param slots of a frame; parameters are the first */
    public Block(Type.Block type, int slots, Body body) {
        this.type = type;
        this.slots = slots;
        this.body = body;
    }

    public Type.Block type() {
        return type;
    }

    /**
     * Runs it.
     *
     * @param arguments one a parameter, as they are: what it changes in headers and structs is seen in them
     * @param pass      the packet's
     */
    public void apply(List<Object> arguments, Object pass) {
        Frame frame = new Frame(slots, null, pass);
        for (int i = 0; i < arguments.size(); i++) {
            frame.set(i, arguments.get(i));
        }
        try {
            body.run(frame);
        } catch (Exit e) {
            return; // the block's own, what it did stands
        } finally {
            for (int i = 0; i < arguments.size(); i++) {
                if (arguments.get(i) instanceof StructValue struct && frame.get(i) != struct) {
                    struct.become((StructValue) frame.get(i));
                }
            }
        }
    }

    /** Runs it by copying in; @return what the parameters are at the end */
    public Object[] call(Object[] arguments, Object pass) {
        Frame frame = new Frame(slots, null, pass);
        for (int i = 0; i < arguments.length; i++) {
            frame.set(i, arguments[i] == null ? Values.initial(type.parameters().get(i).type()) : arguments[i]);
        }
        body.run(frame);
        Object[] after = new Object[arguments.length];
        for (int i = 0; i < after.length; i++) {
            after[i] = frame.get(i);
        }
        return after;
    }
}
