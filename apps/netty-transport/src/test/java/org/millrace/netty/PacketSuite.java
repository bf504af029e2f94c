package org.millrace.netty;

import java.io.PrintWriter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.millrace.testkit.Namespace;

/** Runs Netty's own tests in a network namespace, the two hosts at the ends of a veth pair. */
final class PacketSuite {
    private PacketSuite() {
    }

    public static void main(String[] arguments) {
        Namespace.execute("ip link set lo up", "ip link add serves type veth peer name asks",
            "ip link set serves addrgenmode none up", "ip link set asks addrgenmode none up");
        System.setProperty(SuiteHosts.VETH, "serves,asks");
        System.setProperty("java.net.preferIPv4Stack", "true");
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(NettySuiteTest.class)).build(), summary);
        summary.getSummary().printFailuresTo(new PrintWriter(System.out, true), 20);
        System.exit(summary.getSummary().getTotalFailureCount() == 0 ? 0 : 1);
    }
}
