package org.millrace.netty;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Prints a line with the totals of Netty's own tests when they have run. Registered with JUnit as a service. */
public final class SuiteTotals implements TestExecutionListener {
    private static final String SUITE = NettySuiteTest.class.getName();

    private int passed;
    private int failed;
    private int leftOut;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() && test.getUniqueId().contains(SUITE)) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed++;
                case FAILED -> failed++;
                case ABORTED -> leftOut++;
            }
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (test.getUniqueId().contains(SUITE)) {
            leftOut++;
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        if (passed + failed + leftOut > 0) {
            System.out.printf("Netty's socket tests over the %s port: %d passed, %d failed, %d left out%n",
                System.getProperty(SuiteHosts.VETH) == null ? "memory" : "packet", passed, failed, leftOut);
        }
        passed = 0;
        failed = 0;
        leftOut = 0;
    }
}
