/**
 * Targets for coverage-guided fuzzing: each takes bytes, does with them what an outsider may, and fails if anything but a
 * typed refusal comes of it, or if those who did nothing wrong are served worse. {@link org.millrace.fuzz.Fuzz} runs them
 * under libFuzzer ({@code apps/fuzz/run}), the tests over their seeds; docs/security.md says what came of it.
 *
 * <p>Threads: the caller's, and those of the instance that {@code SocketsTarget} attacks.
 */
package org.millrace.fuzz;
