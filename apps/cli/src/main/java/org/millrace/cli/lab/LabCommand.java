package org.millrace.cli.lab;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.millrace.cli.tool.Table;
import org.millrace.lab.Lab;
import org.millrace.lab.experiment.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The lab: experiments that reproduce published tables and figures in virtual time, and some on live traffic. */
@Command(name = "lab", mixinStandardHelpOptions = true, subcommands = {LabCommand.ListCommand.class, LabRunCommand.class},
    description = "Experiments that reproduce published tables and figures, or measure beside Linux (docs/lab.md).")
public final class LabCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Made by picocli. */
    LabCommand() {
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "lab list, or lab run EXPERIMENT");
    }

    /** Lists them. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the experiments, and what each reproduces.")
    static final class ListCommand implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        /** Made by picocli. */
        ListCommand() {
        }

        @Override
        public Integer call() {
            Table table = new Table("experiment", "reproduces");
            for (Experiment experiment : Lab.experiments()) {
                table.row(experiment.name(), experiment.reproduces());
            }
            PrintWriter out = spec.commandLine().getOut();
            table.print(out);
            out.flush();
            return 0;
        }
    }
}
