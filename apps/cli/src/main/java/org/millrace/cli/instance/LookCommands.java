package org.millrace.cli.instance;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.millrace.cli.tool.Table;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Commands that ask an instance one thing and print it. */
public final class LookCommands {
    private LookCommands() {
    }

    /** Asks for the operation that the command is named after. */
    @Command(mixinStandardHelpOptions = true)
    abstract static class Look implements Callable<Integer> {
        private final String operation;

        @Mixin
        private Target target;

        Look(String operation) {
            this.operation = operation;
        }

        @Override
        public final Integer call() throws ToolException {
            Map<String, Object> answer = target.ask(operation());
            target.print(answer, out -> print(answer, out));
            return 0;
        }

        String operation() {
            return operation;
        }

        abstract void print(Map<String, Object> answer, PrintWriter out);

        static String mark(Map<String, Object> line) {
            return Values.flag(line.get("active")) ? "*" : "";
        }
    }

    @Command(name = "hw", description = "List the hardware backends that an instance can run on; the active one is marked.")
    public static final class Hardware extends Look {
        /** Made by picocli. */
        Hardware() {
            super("hw");
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            Table table = new Table("", "Hardware", "Super-frames");
            Values.maps(answer.get("hardware")).forEach(line ->
                table.row(mark(line), line.get("name"), Values.flag(line.get("super_frames")) ? "yes" : "cut"));
            table.print(out);
        }
    }

    @Command(name = "transports", description = "List the transports that an instance can run; the active ones are marked.")
    public static final class Transports extends Look {
        /** Made by picocli. */
        Transports() {
            super("transports");
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            Table table = new Table("", "Transport", ">Protocol", ">Flows");
            Values.maps(answer.get("transports")).forEach(line -> table.row(mark(line), line.get("name"),
                line.get("protocol"), Values.flag(line.get("active")) ? line.get("flows") : "-"));
            table.print(out);
        }
    }

    @Command(name = "stats", description = "Print the counters of an instance.")
    public static final class Stats extends Look {
        @Option(names = {"-a", "--all"}, description = "Print those that are zero too.")
        private boolean all;

        @Option(names = "--shards", description = "Print a line for each of its data paths instead: whether they share the work.")
        private boolean shards;

        /** Made by picocli. */
        Stats() {
            super("stats");
        }

        @Override
        String operation() {
            return shards ? "shards" : super.operation();
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            if (shards) {
                printShards(answer, out);
                return;
            }
            Table table = new Table("Counter", ">Value");
            Values.map(answer.get("counters")).forEach((name, value) -> {
                if (all || Values.number(value) != 0) {
                    table.row(name, value);
                }
            });
            table.print(out);
            Values.list(answer.get("silent")).forEach(shard ->
                out.println("shard " + shard + " does not answer: what it has counted is missing"));
        }

        private static void printShards(Map<String, Object> answer, PrintWriter out) {
            Table table = new Table(">Shard", ">Frames", ">Handed over", ">Taken in", ">Lost", ">Connections", ">Flows", ">Accepted",
                ">Rounds", ">Busy, ms", "Runs");
            Values.maps(answer.get("shards")).forEach(line -> table.row(line.get("shard"), line.get("frames"), line.get("handed_over"),
                line.get("taken_in"), line.get("lost"), line.get("connections"), line.get("flows"), line.get("accepted"),
                line.get("rounds"), Values.number(line.get("busy_us")) / 1000,
                Values.words(line.get("transports")) + " on " + line.get("hardware")));
            table.print(out);
        }
    }

    @Command(name = "drops", description = "Print what an instance has dropped, by reason.")
    public static final class Drops extends Look {
        /** Made by picocli. */
        Drops() {
            super("drops");
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            Table table = new Table(">Dropped", "Reason");
            Values.map(answer.get("drops")).forEach((reason, count) -> table.row(count, reason));
            Values.map(answer.get("limits")).forEach((key, count) -> table.row(count, "turned away by the limit " + key));
            table.row(answer.get("port_receive"), "lost by the port before the data path saw them");
            table.row(answer.get("port_transmit"), "not taken by the port");
            table.print(out);
        }
    }
}
