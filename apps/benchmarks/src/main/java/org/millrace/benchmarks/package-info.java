/** JMH benchmarks. What they measure and what came out is in docs/performance.md. */
package org.millrace.benchmarks;
