package org.millrace.vertx;

import java.io.PrintStream;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A process that runs tests of JUnit 4, whole classes or single ones as {@code class#method}, and says a line of each. */
final class SuiteProcess {
    /** Begins each of its lines: then {@code began}, {@code passed}, {@code failed} or {@code left}, the test, why; at last {@code end}. */
    static final String MARK = "suite: ";

    private SuiteProcess() {
    }

    public static void main(String[] tests) {
        PrintStream out = System.out;
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
            .selectors(Stream.of(tests).map(test -> test.contains("#") ? DiscoverySelectors.selectMethod(test)
                : DiscoverySelectors.selectClass(test)).toList())
            .filters(EngineFilter.includeEngines("junit-vintage")).build(), new Teller(out));
        out.println("\n" + MARK + "end");
        System.exit(0); // whatever threads the tests have left
    }

    private record Teller(PrintStream out) implements TestExecutionListener {
        private void say(String what, TestIdentifier test, Object more) {
            String name = test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
                .map(method -> method.getClassName() + "#" + method.getMethodName()).orElse(test.getLegacyReportingName());
            out.println(("\n" + MARK + what + " " + name + " ").concat(String.valueOf(more).replace('\n', ' ')));
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            if (test.isTest()) {
                say("began", test, "");
            }
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            TestExecutionResult.Status status = result.getStatus();
            if (test.isTest() || status == TestExecutionResult.Status.FAILED) { // a class can fail too
                say(switch (status) {
                    case SUCCESSFUL -> "passed";
                    case FAILED -> "failed";
                    case ABORTED -> "left";
                }, test, result.getThrowable().map(Throwable::toString).orElse(""));
            }
        }
    }
}
