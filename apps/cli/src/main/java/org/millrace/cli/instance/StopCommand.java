package org.millrace.cli.instance;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Ends an instance in order. */
@Command(name = "stop", mixinStandardHelpOptions = true,
    description = "End an instance: its connections are reset, its applications told. Returns when the process has ended.")
public final class StopCommand implements Callable<Integer> {
    private static final int PATIENCE_SECONDS = 30;

    @Mixin
    private Target target;

    /** Made by picocli. */
    StopCommand() {
    }

    @Override
    public Integer call() throws ToolException, InterruptedException, ExecutionException {
        InstanceFiles instance = target.instance();
        long pid = Values.number(ControlClient.ask(instance, Map.of("op", "status")).get("pid"));
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(p -> p.pid() != ProcessHandle.current().pid());
        ControlClient.ask(instance, Map.of("op", "stop"));
        if (process.isPresent()) {
            try {
                process.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                throw new ToolException("process " + pid + " of instance '" + instance.name() + "' has not ended within "
                    + PATIENCE_SECONDS + " s");
            }
        }
        target.print(Map.of("stopped", instance.name(), "pid", pid), out -> out.println(instance.name() + " has ended"));
        return 0;
    }
}
