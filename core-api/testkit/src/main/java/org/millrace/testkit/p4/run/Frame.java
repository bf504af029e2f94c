package org.millrace.testkit.p4.run;

/** Variables of one call of an action, function, control or parser. One thread. */
public final class Frame {
    private final Object[] slots;
    private final Frame outer;
    private final Object pass;
    private Object returned;

    /**
     * Makes a frame.
     *
     * @param outer of what it was declared in; null: of nothing
     * @param pass  the packet's, as the architecture knows it
     */
    public Frame(int slots, Frame outer, Object pass) {
        this.slots = new Object[slots];
        this.outer = outer;
        this.pass = pass;
    }

    /** @return the frame so many declarations further out */
    public Frame out(int hops) {
        Frame frame = this;
        for (int i = 0; i < hops; i++) {
            frame = frame.outer;
        }
        return frame;
    }

    public Object get(int slot) {
        return slots[slot];
    }

    public void set(int slot, Object value) {
        slots[slot] = value;
    }

    public Object pass() {
        return pass;
    }

    /** @return what return gave */
    public Object returned() {
        return returned;
    }

    public void returned(Object value) {
        returned = value;
    }
}
