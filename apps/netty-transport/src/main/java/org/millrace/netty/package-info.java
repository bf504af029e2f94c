/**
 * Netty 4.2 over libTOE. A loop gets {@link org.millrace.netty.MillraceIoHandler}, channels are
 * {@link org.millrace.netty.MillraceSocketChannel} and {@link org.millrace.netty.MillraceServerSocketChannel}; NIO
 * channels work in the same loop.
 *
 * <p>Threads: each event loop owns its context and channels. More than 25 classes: a channel is Netty's class, and its three streams,
 * TCP's, the kernel's, and the one made of calls over Homa, see what only the channel may show.
 */
package org.millrace.netty;
