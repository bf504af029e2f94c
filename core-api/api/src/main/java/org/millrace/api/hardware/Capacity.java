package org.millrace.api.hardware;

/**
 * For how many keys a program is loaded.
 *
 * @param flows    flows or messages, at least 1; valid keys are 1 to {@code flows}
 * @param contexts contexts, at least 1; valid keys are 0 to {@code contexts - 1}
 */
public record Capacity(int flows, int contexts) {
}
