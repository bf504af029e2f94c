/**
 * The runtime's side of contexts: their memory, the registry of connections, the journal, and the socket over which
 * other processes get a context. The only package that uses Chronicle, which lies nested and unexported in this bundle.
 *
 * <p>Chronicle needs these flags of the runtime's JVM; applications need none but native access:
 * <pre>
 * --add-opens=java.base/java.lang=ALL-UNNAMED
 * --add-opens=java.base/java.lang.reflect=ALL-UNNAMED
 * --add-exports=java.base/sun.nio.ch=ALL-UNNAMED
 * --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED
 * --sun-misc-unsafe-memory-access=allow
 * --enable-native-access=ALL-UNNAMED
 * </pre>
 * and in Felix {@code org.osgi.framework.bootdelegation=sun.*,jdk.internal.*}. Its system properties are set here, before
 * its first class is loaded. No Java compiler runs at run time: the build makes the classes behind value interfaces.
 *
 * <p>The runtime calls in, and tools that read what is left. Threads: memory any; registry and journal the data-path
 * thread's; the socket's server has its own.
 */
package org.millrace.context;
