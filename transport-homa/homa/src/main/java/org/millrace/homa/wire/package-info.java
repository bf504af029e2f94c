/**
 * Homa's packets: their formats, declared; the metadata of a segment; the codec between both.
 *
 * <p>Stages, the program and its control plane call in. Threads: the backend's.
 */
package org.millrace.homa.wire;
