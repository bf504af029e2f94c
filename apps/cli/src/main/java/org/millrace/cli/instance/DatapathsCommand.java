package org.millrace.cli.instance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.millrace.cli.tool.Output;
import org.millrace.cli.tool.Table;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists what runs. */
@Command(name = "datapaths", mixinStandardHelpOptions = true,
    description = "List the data paths of this user, one an instance, and how they are; crashed ones too.")
public final class DatapathsCommand implements Callable<Integer> {
    @Mixin
    private Output output;

    /** Made by picocli. */
    DatapathsCommand() {
    }

    @Override
    public Integer call() {
        List<Map<String, Object>> all = InstanceFiles.all().stream().map(DatapathsCommand::status).toList();
        if (output.isJson()) {
            all.forEach(status -> output.out().println(Output.json(status)));
        } else {
            Table table = new Table("Data path", "State", "Hardware", "Transports", "Port", "Addresses", ">Connections");
            all.forEach(status -> table.row(status.get("instance"), status.get("state"), or(status, "hardware"),
                Values.words(status.get("transports")), or(status, "port"), Values.words(status.get("addresses")),
                or(status, "connections")));
            table.print(output.out());
        }
        output.out().flush();
        return 0;
    }

    private static Object or(Map<String, Object> status, String key) {
        return status.getOrDefault(key, "-");
    }

    private static Map<String, Object> status(InstanceFiles instance) {
        try {
            return ControlClient.ask(instance, Map.of("op", "status"));
        } catch (ToolException e) {
            Map<String, Object> status = new LinkedHashMap<>();
            status.put("instance", instance.name());
            status.put("state", e.isDown() ? "down" : "unknown");
            status.put("reasons", List.of(e.getMessage()));
            return status;
        }
    }
}
