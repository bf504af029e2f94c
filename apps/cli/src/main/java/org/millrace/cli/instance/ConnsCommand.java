package org.millrace.cli.instance;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.cli.tool.Output;
import org.millrace.cli.tool.Table;
import org.millrace.cli.tool.ToolException;
import org.millrace.context.RegistryLine;
import org.millrace.memory.InstanceDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the registry of instances, in the manner of ss(8). */
@Command(name = "conns", mixinStandardHelpOptions = true, description = {
    "Show the connections of an instance, while it runs and after it crashed.",
    "Recv-Q and Send-Q are bytes; of a listener connections that wait and its backlog; of a context its connections and "
        + "its room for them."})
public final class ConnsCommand implements Callable<Integer> {
    private static final Comparator<RegistryLine> ORDER = Comparator
        .comparing((RegistryLine line) -> line.info().context()).thenComparing(line -> line.kind() != RegistryLine.Kind.CONTEXT)
        .thenComparing(line -> line.kind() != RegistryLine.Kind.LISTENER)
        .thenComparing(line -> port(line.info().local())).thenComparing(line -> port(line.info().peer()));

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "INSTANCE",
        description = "Its name, or the absolute path of its directory (default: all of this user's).")
    private String instance;

    @Option(names = {"-a", "--all"}, description = "Show listeners and contexts too.")
    private boolean all;

    @Option(names = "--json", description = "Print a JSON object a line, one for each instance.")
    private boolean json;

    /** Made by picocli. */
    ConnsCommand() {
    }

    @Override
    public Integer call() throws ToolException {
        List<String> names = instance == null ? InstanceDirectory.known() : List.of(instance);
        if (names.isEmpty()) {
            throw new ToolException("no instance of this user runs or has crashed");
        }
        for (String name : names) {
            show(InstanceFiles.of(name));
        }
        return 0;
    }

    private void show(InstanceFiles files) throws ToolException {
        boolean running = files.isRunning();
        List<RegistryLine> lines = files.lines().stream()
            .filter(line -> all || line.kind() == RegistryLine.Kind.CONNECTION).sorted(ORDER).toList();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("instance", files.name());
            object.put("running", running);
            object.put("lines", lines.stream().map(ConnsCommand::fields).toList());
            out().println(Output.json(object));
        } else {
            if (instance == null) {
                out().println("instance " + files.name());
            }
            if (!running) {
                out().println("instance '" + files.name() + "' does not run; this is what it has left");
            }
            table(lines).print(out());
        }
        out().flush();
    }

    private static Table table(List<RegistryLine> lines) {
        Table table = new Table("State", ">Recv-Q", ">Send-Q", "Local", "Peer", "Transport", ">Context", "Detail");
        for (RegistryLine line : lines) {
            ConnectionInfo info = line.info();
            table.row(info.state(), info.receiveQueued(), info.transmitQueued(), text(info.local()), text(info.peer()),
                info.transport().isEmpty() ? "-" : info.transport(), info.context() < 0 ? "-" : info.context(),
                info.detail());
        }
        return table;
    }

    private static Map<String, Object> fields(RegistryLine line) {
        ConnectionInfo info = line.info();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", line.kind().name().toLowerCase(Locale.ROOT));
        fields.put("state", info.state());
        fields.put("receive_queued", info.receiveQueued());
        fields.put("transmit_queued", info.transmitQueued());
        fields.put("local", info.local() == null ? null : text(info.local()));
        fields.put("peer", info.peer() == null ? null : text(info.peer()));
        fields.put("transport", info.transport());
        fields.put("context", info.context());
        fields.put("connection", info.connection());
        fields.put("detail", info.detail());
        fields.put("created_ms", line.createdMs());
        fields.put("updated_ms", line.updatedMs());
        return fields;
    }

    private static int port(InetSocketAddress address) {
        return address == null ? -1 : address.getPort();
    }

    private static String text(InetSocketAddress address) {
        if (address == null) {
            return "-";
        }
        String host = address.getAddress().isAnyLocalAddress() ? "*" : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + (address.getPort() == 0 ? "*" : address.getPort());
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
