/**
 * Where data paths run: which processors there are, who keeps which to himself, and threads that stay on them. Called by whoever
 * starts an instance, and by data-path threads as they begin.
 *
 * <p>Threads: any; {@link org.millrace.runtime.place.Affinity#pin} changes the one that calls it.
 */
package org.millrace.runtime.place;
