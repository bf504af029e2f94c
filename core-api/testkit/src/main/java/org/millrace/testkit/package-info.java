/** What tests need: clocks they set, harnesses that account for every work item, checkers, namespaces. */
package org.millrace.testkit;
