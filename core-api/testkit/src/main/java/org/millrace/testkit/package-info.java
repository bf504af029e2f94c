/**
 * What tests need: clocks they set, harnesses that account for every work item, checkers, namespaces.
 *
 * <p>Threads: the test's. More than 25 classes: small parts that a test puts together.
 */
package org.millrace.testkit;
