package org.millrace.cli.instance;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.millrace.cli.tool.ToolException;
import org.millrace.context.Registry;
import org.millrace.context.RegistryLine;
import org.millrace.memory.InstanceDirectory;

/** What an instance has for tools, whether it runs or not. */
public final class InstanceFiles {
    private final InstanceDirectory directory;

    private InstanceFiles(InstanceDirectory directory) {
        this.directory = directory;
    }

    /**
     * {@return an instance that runs or ran}
     *
     * @param name its name, or the absolute path of its directory
     */
    public static InstanceFiles of(String name) throws ToolException {
        InstanceDirectory directory;
        try {
            directory = InstanceDirectory.of(name);
        } catch (IllegalArgumentException e) {
            throw new ToolException(e.getMessage(), ToolException.Fault.REQUEST);
        }
        if (Files.notExists(directory.path())) {
            throw new ToolException("no instance '" + name + "' runs or ran here" + known(), ToolException.Fault.DOWN);
        }
        return new InstanceFiles(directory);
    }

    /** {@return the only instance of this user that runs} */
    static InstanceFiles only() throws ToolException {
        List<InstanceFiles> running = all().stream().filter(InstanceFiles::isRunning).toList();
        if (running.isEmpty()) {
            throw new ToolException("no instance of this user runs" + known(), ToolException.Fault.DOWN);
        }
        if (running.size() > 1) {
            throw new ToolException("name one of the instances that run: "
                + String.join(", ", running.stream().map(InstanceFiles::name).toList()));
        }
        return running.getFirst();
    }

    /** {@return the instances of this user that run, or crashed} */
    static List<InstanceFiles> all() {
        return InstanceDirectory.known().stream().map(name -> new InstanceFiles(InstanceDirectory.of(name))).toList();
    }

    private static String known() {
        List<String> names = InstanceDirectory.known();
        return names.isEmpty() ? "" : "; known are: " + String.join(", ", names);
    }

    String name() {
        return directory.name();
    }

    public Path path() {
        return directory.path();
    }

    /** {@return whether the runtime is there} A killed one leaves its socket behind, but nobody listens on it. */
    boolean isRunning() {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(directory.socket()))) {
            return probe.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** {@return a connection to the control socket} */
    SocketChannel connect() throws ToolException {
        Path socket = directory.control();
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            if (!Files.exists(socket) && !Files.notExists(socket) || Files.exists(socket) && !Files.isWritable(socket)) {
                throw new ToolException("instance '" + name() + "' belongs to another user: permission denied for "
                    + socket);
            }
            throw new ToolException("instance '" + name() + "' does not run" + known(), ToolException.Fault.DOWN);
        }
    }

    /** {@return the lines of its registry} */
    List<RegistryLine> lines() throws ToolException {
        Path registry = directory.path().resolve("registry");
        boolean absent = Files.notExists(registry);
        if (!absent && !Files.isReadable(registry)) { // neither there nor not there: the directory may not be looked into
            throw new ToolException("instance '" + name() + "' belongs to another user: permission denied for " + registry);
        }
        try {
            return Registry.read(directory.path());
        } catch (IOException e) {
            throw new ToolException(absent ? "instance '" + name() + "' has no registry at " + registry : e.getMessage());
        }
    }
}
