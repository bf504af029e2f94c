package org.millrace.cli;

import java.util.Map;
import picocli.CommandLine.Parameters;

/** Which instance a command is about, and how to print what it says. */
final class Target extends Output {
    @Parameters(index = "0", arity = "0..1", paramLabel = "INSTANCE",
        description = "Its name, or the absolute path of its directory (default: the only one of this user that runs).")
    private String instance;

    /** Made by picocli. */
    Target() {
    }

    InstanceFiles instance() throws ToolException {
        return instance == null ? InstanceFiles.only() : InstanceFiles.of(instance);
    }

    /** {@return what the instance answers to an operation without arguments} */
    Map<String, Object> ask(String operation) throws ToolException {
        return ControlClient.ask(instance(), Map.of("op", operation));
    }
}
