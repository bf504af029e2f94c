package org.millrace.sim;

/** Who acts when the time of an event has come. */
public interface Actor {
    /**
     * An event happens. What happens is the actor's to define; it may put more events on the agenda, at this time, too.
     *
     * @param nowPs    the time, picoseconds
     * @param event    which kind of event, as given to {@link Agenda#at}
     * @param argument what it is about, as given to {@link Agenda#at}
     */
    void act(long nowPs, int event, long argument);
}
