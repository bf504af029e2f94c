/**
 * Light hosts of a fabric: Homa, and senders with a window (NewReno, DCTCP), with a scoreboard and receivers that keep few intervals if wanted. They send and receive messages one way; {@link org.millrace.sim.host.Messages}
 * keeps those under way, and a {@link org.millrace.sim.host.Receiver} is told when one is complete. Experiments call in.
 *
 * <p>What they leave out: bytes and headers, connections' beginnings and ends. Both ends of a message share its entry; what one end
 * would not know of the other yet it does not look at, but for a resend, which reads what is missing when it arrives.
 *
 * <p>Threads: the one that runs the agenda.
 */
package org.millrace.sim.host;
