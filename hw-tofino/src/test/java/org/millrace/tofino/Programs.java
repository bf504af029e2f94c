package org.millrace.tofino;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.Program;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.homa.HomaFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.udp.UdpFactory;

/** The shipped programs, made for a host of which only the capacity and the port are real. */
public final class Programs {
    static final Capacity CAPACITY = new Capacity(32 * 1024, 1024);

    private Programs() {
    }

    public static Program<?> laminar() {
        return laminar(Map.of());
    }

    public static Program<?> laminar(Map<String, String> options) {
        return program(new LaminarFactory(), options, backends());
    }

    static Program<?> laminar(Map<String, String> options, Externs externs) {
        return program(new LaminarFactory(), options, externs);
    }

    private static Externs backends() {
        return new TofinoBackend().externs(new HostServices(null, null, null, 0), CAPACITY);
    }

    static Program<?> udp() {
        return program(new UdpFactory(), Map.of(), backends());
    }

    static Program<?> homa() {
        return program(new HomaFactory(), Map.of(), backends());
    }

    static Program<?> flexToe() {
        return program(new FlexToeFactory(), Map.of(), backends());
    }

    private static Program<?> program(TransportFactory factory, Map<String, String> options, Externs externs) {
        PortInfo port = new PortInfo("test", 2, 1500, 1514, false, false, false);
        TransportHost host = (TransportHost) Proxy.newProxyInstance(Programs.class.getClassLoader(),
            new Class<?>[] {TransportHost.class}, (proxy, method, arguments) -> switch (method.getName()) {
                case "options" -> options;
                case "capacity" -> CAPACITY;
                case "externs" -> externs;
                case "port" -> port;
                case "lookup", "dma", "contextQueue", "timestamps" -> Externs.class.getMethod(method.getName()).invoke(externs);
                case "flows" -> Proxy.newProxyInstance(Programs.class.getClassLoader(),
                    new Class<?>[] {TransportHost.FlowTable.class}, (table, call, given) -> call.getReturnType() == int.class ? 1 : null);
                case "secret" -> new byte[16];
                default -> null;
            });
        return factory.create(host).program();
    }
}
