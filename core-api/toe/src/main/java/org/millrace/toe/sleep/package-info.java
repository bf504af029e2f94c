/**
 * How the owner of a context sleeps, for all shards at once: on the rings' waiting words, or in a selector.
 *
 * <p>libTOE calls in. Threads: the owner's, and whoever wakes it.
 */
package org.millrace.toe.sleep;
