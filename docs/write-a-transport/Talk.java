import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.Status;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;

/** Sends each line of its input as a message, then says what comes until nothing has come for ten seconds. */
final class Talk {
    private static final int PORT = 7;

    /** @param args the instance, its address, the peer's address */
    public static void main(String[] args) {
        try (Toe toe = Toe.attach(args[0]);
             MessageSocket socket = toe.bind(at(args[1]), "stop-and-wait")) {
            toe.await(() -> socket.isBound() || socket.status() != Status.OK, -1);
            System.out.println(args[0] + (socket.isBound() ? " is bound" : " is not bound: " + socket.status().text()));
            send(toe, socket, at(args[2]));
            receive(toe, socket);
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
        }
    }

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), PORT);
    }

    private static void send(Toe toe, MessageSocket socket, InetSocketAddress peer) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            socket.send(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), peer);
            toe.await(() -> socket.unsent() < 16 || socket.status() != Status.OK, -1);
        }
        toe.await(() -> socket.unsent() == 0 || socket.status() != Status.OK, -1);
    }

    private static void receive(Toe toe, MessageSocket socket) throws IOException {
        ByteBuffer message = ByteBuffer.allocate(1500);
        while (toe.await(() -> socket.nextLength() >= 0, TimeUnit.SECONDS.toNanos(10))) {
            socket.receive(message.clear());
            System.out.println(StandardCharsets.UTF_8.decode(message.flip()));
        }
    }
}
