package org.millrace.runtime;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** The kind of port {@code test}, of which there is one, and instances of FlexTOE on hw-bluefield behind such. */
public record GivenPort(Port port) implements PortFactory {
    @Override
    public String kind() {
        return "test";
    }

    @Override
    public Port open(Map<String, String> options) {
        return port;
    }

    /** {@return the configuration of an instance that is named by its address, in a network of 24 bits} */
    public static InstanceConfig config(String address, Map<String, String> more) {
        Map<String, String> map = new TreeMap<>(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe", "port", "test",
            "address", address + "/24", "instance", address));
        map.putAll(more);
        return InstanceConfig.parse(map);
    }

    /** {@return an instance behind a port} */
    public static Instance start(Port port, String address, Map<String, String> more) {
        return Instance.start(config(address, more), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new GivenPort(port)));
    }
}
