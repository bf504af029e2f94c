package org.millrace.demo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
/** x */
@Command(name = "demo")
public final class DemoCommand implements Callable<Integer> {
    /** x. */
    public DemoCommand() { }
    @Override public Integer call() { return 0; }
}
