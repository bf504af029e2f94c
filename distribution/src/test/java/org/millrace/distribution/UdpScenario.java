package org.millrace.distribution;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.ContextSize;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;
import org.millrace.udp.UdpFactory;

/** An application echoes messages over {@link UdpFactory}; the peer is the kernel's UDP. */
final class UdpScenario {
    private static final int[] LENGTHS = {1, 2, 64, 511, 1400, 1472, 64, 1};
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final InetSocketAddress ECHO =
        new InetSocketAddress(InetAddress.ofLiteral(LinuxHost.ADDRESS), 7);

    private UdpScenario() {
    }

    static void run() throws Exception {
        LinuxHost.link(1500);
        try (Instance instance = LinuxHost.instance(new PacketPortFactory(), List.of(new UdpFactory()), Map.of());
             Toe toe = Toe.open(instance, ContextSize.DEFAULT)) {
            MessageSocket socket = toe.bind(ECHO, "udp");
            if (!toe.await(socket::isBound, PATIENCE_NS)) {
                throw new AssertionError("not bound: " + socket.status());
            }
            Thread application = Thread.ofPlatform().start(() -> echo(toe, socket, 20 * LENGTHS.length + 1));
            exchange(20);
            netcat();
            if (!application.join(Duration.ofNanos(PATIENCE_NS))) {
                throw new AssertionError("the application waits for a message more");
            }
            System.out.println(instance.status());
        }
    }

    private static void echo(Toe toe, MessageSocket socket, int messages) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
        try {
            for (int left = messages; left > 0; left--) {
                if (!toe.await(() -> socket.nextLength() >= 0, PATIENCE_NS)) {
                    throw new AssertionError(left + " messages missing");
                }
                InetSocketAddress peer = socket.receive(buffer.clear());
                if (!socket.send(buffer.flip(), peer)) {
                    throw new AssertionError("no room for a message");
                }
                toe.flush();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The kernel's nc sends a line and hears it again. */
    private static void netcat() throws Exception {
        Process nc = new ProcessBuilder("nc", "-u", "-w", "20", LinuxHost.ADDRESS, "7")
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        nc.getOutputStream().write("across\n".getBytes(StandardCharsets.US_ASCII));
        nc.getOutputStream().flush();
        byte[] answer = nc.getInputStream().readNBytes(7);
        nc.destroy();
        if (!new String(answer, StandardCharsets.US_ASCII).equals("across\n")) {
            throw new AssertionError("nc has heard '" + new String(answer, StandardCharsets.US_ASCII) + "'");
        }
    }

    private static void exchange(int rounds) throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        try (DatagramSocket linux = new DatagramSocket()) {
            linux.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE_NS));
            for (int round = 0; round < rounds; round++) {
                for (int length : LENGTHS) {
                    byte[] sent = new byte[length];
                    random.nextBytes(sent);
                    linux.send(new DatagramPacket(sent, length, ECHO));
                    DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
                    linux.receive(answer);
                    byte[] got = Arrays.copyOf(answer.getData(), answer.getLength());
                    if (!Arrays.equals(sent, got) || !answer.getSocketAddress().equals(ECHO)) {
                        throw new AssertionError("sent " + length + " bytes, got " + got.length + " from "
                            + answer.getSocketAddress());
                    }
                }
            }
        }
    }
}
