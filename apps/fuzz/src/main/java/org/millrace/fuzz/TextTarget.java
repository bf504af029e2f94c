package org.millrace.fuzz;

import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.millrace.agilio.machine.Mapping;
import org.millrace.execution.machine.MachineText;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.testkit.script.PacketScript;
import org.millrace.testkit.script.ScriptException;
import org.millrace.tofino.machine.Machine;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.MacAddress;

/** What people write: configurations, filters, machine files, packet scripts. Each is read, or refused in words. */
public final class TextTarget {
    private TextTarget() {
    }

    /**
     * A run.
     *
     * @param data which (8 bits), then the text, UTF-8
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Input input = new Input(data);
        int which = input.below(8);
        String text = input.text();
        try {
            switch (which) {
                case 0 -> InstanceConfig.parse(properties(text));
                case 1 -> CaptureFilter.parse(text);
                case 2 -> Machine.parse(new MachineText("machine", text), Map.of());
                case 3 -> PacketScript.parse("fuzz.pkt", text);
                case 4 -> Ipv4Prefix.parse(text);
                case 5 -> MacAddress.parse(text);
                case 6 -> org.millrace.agilio.machine.Machine.parse(new MachineText("machine", text), Map.of());
                default -> Mapping.parse(new MachineText("mapping", text), Map.of());
            }
        } catch (ConfigException | ScriptException | IllegalArgumentException refused) {
            inWords(refused);
        }
    }

    private static Map<String, String> properties(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new AssertionError("a text in memory can be read", e);
        }
        return properties.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, properties::getProperty));
    }

    private static void inWords(RuntimeException refused) {
        if (refused.getMessage() == null || refused.getMessage().isBlank() || refused instanceof NumberFormatException) {
            throw new AssertionError("refused without words", refused);
        }
    }
}
