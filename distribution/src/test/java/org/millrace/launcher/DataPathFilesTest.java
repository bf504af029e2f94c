package org.millrace.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Data paths that come, change and go with their files. */
@Timeout(240)
class DataPathFilesTest {
    @TempDir
    Path directory;
    private DeployWorld world;

    @BeforeEach
    void start() throws Exception {
        world = new DeployWorld(directory);
        world.drop("main.cfg", world.dataPath("main", "wire", "flows=32768"));
        world.awaitLine("main runs [tcp-flextoe]");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private void change(String... lines) throws Exception {
        world.drop("main.cfg", world.dataPath("main", "wire", lines));
    }

    @Test
    void secondDataPathComesAndGoesWithoutTheFirst() throws Exception {
        world.drop("other.properties", world.dataPath("other", "wire2"));
        world.awaitLine("other runs [tcp-flextoe]");
        try (LiveClient client = new LiveClient(directory.resolve("wire"));
                LiveClient second = new LiveClient(directory.resolve("wire2"))) {
            client.echoUntil(() -> true);
            second.echoUntil(() -> true);
            world.remove("other.properties");
            client.echoUntil(() -> !world.lines("other.properties is gone, its data path has ended").isEmpty());
        }
        assertThat(world.eventsOfOthers("-")).isEmpty();
        assertThat(world.lines("ERROR")).isEmpty();
    }

    @Test
    void changedTransportOptionsHardwareAndRoutesAreTakenUnderALiveConnection() throws Exception {
        try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
            client.echoUntil(() -> true);
            change("flows=32768", "transports=tcp-laminar");
            client.echoUntil(() -> !world.lines("swapped tcp-flextoe on hw-bluefield for tcp-laminar on hw-bluefield")
                .isEmpty());
            change("flows=32768", "transports=tcp-laminar", "hardware=hw-tofino");
            client.echoUntil(() -> !world.lines("swapped tcp-laminar on hw-bluefield for tcp-laminar on hw-tofino")
                .isEmpty());
            change("flows=32768", "transports=tcp-laminar", "hardware=hw-tofino", "spin-us=20",
                "routes=default via 10.77.0.9 congestion=dctcp");
            client.echoUntil(() -> world.lines("main runs by its changed configuration").size() == 3);
        }
        assertThat(world.lines("ERROR")).isEmpty();
        assertThat(world.lines(" has swapped ")).hasSize(2);
    }

    @Test
    void whatCannotChangeIsRefusedInOneLineAndWhatRunsRunsOn() throws Exception {
        try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
            client.echoUntil(() -> true);
            refuse(client, "address is '10.77.0.3/24', a running instance keeps '10.77.0.2/24'", "flows=32768",
                "address=10.77.0.3/24");
            refuse(client, "instance is 'another', a running instance keeps 'main'", "flows=32768", "instance=another");
            refuse(client, "flows is '1024', a running instance keeps '32768'", "flows=1024");
            refuse(client, "spin-us is '-1', allowed is a number from 0 to 100000", "flows=32768", "spin-us=-1");
            refuse(client, "routes is ", "flows=32768", "routes=default via 10.99.0.1");
            refuse(client, "there is no key no-such; there are address, ", "flows=32768", "no-such=x");
            refuse(client, "hardware is 'hw-nowhere', allowed is one of hw-agilio, hw-bluefield, hw-tofino", "flows=32768",
                "hardware=hw-nowhere");
            refuse(client, "does not fit hw-tofino", "flows=32768", "hardware=hw-tofino");
        }
        assertThat(world.lines("ERROR")).hasSize(8).noneMatch(line -> line.contains("\n"));
        assertThat(world.lines(" has swapped ")).isEmpty();
    }

    private void refuse(LiveClient client, String reason, String... lines) throws Exception {
        change(lines);
        client.echoUntil(() -> world.lines("main runs on as it was: ").stream().anyMatch(line -> line.contains(reason)));
    }

    @Test
    void badDataPathsAreRefusedInOneLineEach() throws Exception {
        bad("value.cfg", "address is '10.77.0.256/24', allowed is", "address=10.77.0.256/24");
        bad("range.cfg", "flows is '0', allowed is a number from 1 to", "flows=0");
        bad("application.cfg", "app.nobody names no application, allowed is app.fileserver", "app.nobody.key=1");
        bad("escape.cfg", "not readable as properties", "broken=\\u00zz");
        bad("port.cfg", "side a is in use", "port.path=" + directory.resolve("wire"));
        bad("name.cfg", "runs already", "instance=main", "attach.directory=" + directory.resolve("run-main"));
        bad("listen.cfg", "app.fileserver.", "app.fileserver.echo=10.77.0.2:80");
        bad("main.properties", "a data path 'main' is there already", "instance=second");
        assertThat(world.lines("ERROR")).hasSize(8).noneMatch(line -> line.contains("\n"));
        assertThat(world.eventsOfOthers("-")).isEmpty();
        try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
            client.echoUntil(() -> true);
        }
    }

    private void bad(String file, String reason, String line, String... more) throws Exception {
        var keys = world.dataPath("bad", "wire-bad", more);
        keys.add(line);
        world.drop(file, keys);
        assertThat(world.awaitLine(file)).contains(reason);
    }
}
