package org.millrace.fuzz;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.memory.AttachRequest;
import org.millrace.ports.MemoryPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.control.ControlServer;
import org.millrace.runtime.operate.Installed;
import org.millrace.runtime.operate.Operations;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** Anybody who may connect writes anything to the sockets of an instance: others are answered after it. */
public final class SocketsTarget {
    private static final byte[] STATUS = "{\"op\":\"status\"}\n".getBytes(StandardCharsets.UTF_8);
    private static final int MOST_ANSWER = 1 << 20;
    private static Attacked attacked;

    private SocketsTarget() {
    }

    /**
     * A run.
     *
     * @param data which socket (1 bit), then what is written to it
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Input input = new Input(data);
        boolean control = input.flag();
        byte[] bytes = input.rest();
        if (!control && bytes.length > AttachRequest.BYTES) {
            bytes = Arrays.copyOf(bytes, AttachRequest.BYTES);
        }
        try {
            if (attacked == null) {
                attacked = new Attacked();
            }
            ask(control ? attacked.control : attacked.attach, bytes);
            String answer = ask(attacked.control, STATUS);
            if (!answer.contains("\"fuzz\"")) {
                throw new AssertionError("status is answered with: " + answer);
            }
        } catch (IOException e) {
            throw new AssertionError("the instance does not answer any more: " + e.getMessage(), e);
        }
    }

    /** Writes, says that no more comes, and reads what comes back. */
    private static String ask(Path socket, byte[] bytes) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer out = ByteBuffer.wrap(bytes);
            try {
                while (out.hasRemaining()) {
                    channel.write(out);
                }
                channel.shutdownOutput();
            } catch (IOException closed) {
                // it has heard enough
            }
            ByteBuffer in = ByteBuffer.allocate(MOST_ANSWER);
            try {
                while (in.hasRemaining() && channel.read(in) >= 0) {
                    continue;
                }
            } catch (IOException reset) {
                // the same
            }
            return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
        }
    }

    /** An instance for all runs, with the process. */
    private static final class Attacked {
        final Path control;
        final Path attach;

        Attacked() throws IOException {
            Path directory = Temporary.directory();
            List<BluefieldBackend> hardware = List.of(new BluefieldBackend());
            List<FlexToeFactory> transports = List.of(new FlexToeFactory());
            Instance instance = Instance.start(InstanceConfig.parse(Map.of("instance", "fuzz", "hardware", BluefieldBackend.NAME,
                "transports", "tcp-flextoe", "port", "memory", "port.path", directory.resolve("wire").toString(),
                "port.side", "a", "address", "10.0.0.2/24", "attach", "on", "attach.directory",
                directory.resolve("instance").toString())), hardware, transports, List.of(new MemoryPortFactory()));
            ControlServer server = ControlServer.start(new Operations(instance, Installed.of(hardware, transports), () -> { }));
            control = instance.directory().control();
            attach = instance.directory().socket();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.close();
                instance.close();
                Temporary.delete(directory);
            }));
        }
    }
}
