package org.millrace.runtime.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.Placement;

/** A machine of 16 processors on two nodes, of which this process may run on 12, with an interface on node 1. */
class ProcessorsTest {
    @TempDir
    Path root;

    @BeforeEach
    void machine() throws IOException {
        write("proc/self/status", "Name:\tjava\nCpus_allowed:\t0fff\nCpus_allowed_list:\t0-10,12\nMems_allowed_list:\t0-1\n");
        write("sys/devices/system/node/node0/cpulist", "0-7\n");
        write("sys/devices/system/node/node1/cpulist", "8-15\n");
        write("sys/devices/system/node/node2/cpulist", "\n");
        write("sys/devices/system/node/has_cpu", "0-1\n");
        write("sys/class/net/eth1/device/numa_node", "1\n");
        write("sys/class/net/virtio/device/numa_node", "-1\n");
        Files.createDirectories(root.resolve("sys/class/net/veth0"));
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), text);
    }

    private static Placement cpus(Integer... cpus) {
        return new Placement(1, cpus.length, List.of(cpus));
    }

    @Test
    void processorsAreThoseOfTheProcess() {
        assertThat(Processors.of(root).allowed()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12);
        assertThat(Processors.of(Path.of("/")).allowed()).hasSizeGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void whatIsThereIsTaken() {
        Processors processors = Processors.of(root);
        processors.check(new Placement(12, 12, List.of()));
        processors.check(new Placement(64, 0, List.of()));
        processors.check(cpus(12, 0));
    }

    @Test
    void whatIsNotThereIsRefusedWithWhatIs() {
        Processors processors = Processors.of(root);
        assertThatThrownBy(() -> processors.check(new Placement(13, 13, List.of()))).isInstanceOf(ConfigException.class)
            .hasMessage("cores is '13', allowed is a number from 1 to 12 or a list of 0-10,12, which are the processors that this "
                + "process may run on");
        assertThatThrownBy(() -> processors.check(cpus(10, 11))).isInstanceOf(ConfigException.class)
            .hasMessageStartingWith("cores is '10-11', allowed is a number from 1 to 12 or a list of 0-10,12, which");
    }

    @Test
    void whereTheKernelDoesNotSayNothingIsRefused() {
        Processors unknown = Processors.of(root.resolve("sys"));
        unknown.check(cpus(4000));
        assertThat(unknown.distance(cpus(4000), "eth1")).isNull();
    }

    @Test
    void processorsOfAnotherNodeThanTheInterfaceAreNamed() {
        Processors processors = Processors.of(root);
        assertThat(processors.distance(cpus(6, 7, 8), "eth1")).isEqualTo("processors 6-7 are not on NUMA node 1, where interface "
            + "eth1 is: each frame crosses between them; on it are 8-10,12");
        assertThat(processors.distance(cpus(8, 9), "eth1")).isNull();
        assertThat(processors.distance(new Placement(2, 2, List.of()), "eth1")).as("the kernel chooses").isNull();
        for (String nowhere : List.of("virtio", "veth0", "none")) {
            assertThat(processors.distance(cpus(0), nowhere)).as(nowhere).isNull();
        }
    }

    @Test
    void quotaThatIsLessThanWhatIsAskedForIsSaid() throws IOException {
        write("proc/self/cgroup", "0::/pod/web\n");
        assertThat(Processors.of(root).quota(new Placement(4, 4, List.of()))).as("no file").isNull();
        write("sys/fs/cgroup/pod/web/cpu.max", "max 100000\n");
        assertThat(Processors.of(root).quota(new Placement(4, 4, List.of()))).as("no quota").isNull();
        write("sys/fs/cgroup/pod/cpu.max", "250000 100000\n");
        Processors processors = Processors.of(root);
        assertThat(processors.quota(new Placement(4, 4, List.of()))).as("of the one around it").isEqualTo("/sys/fs/cgroup/pod/cpu.max leaves "
            + "this process the time of 2.50 processors, and it is to use 4: who has used up its part stands still for the rest of 100 ms; "
            + "use fewer, or raise it");
        assertThat(processors.quota(cpus(0, 1, 2))).contains("of 2.50 processors, and it is to use 3: ");
        assertThat(processors.quota(new Placement(3, 0, List.of()))).as("a thread a shard").contains("it is to use 3: ");
        assertThat(processors.quota(new Placement(8, 2, List.of()))).as("shards share threads").isNull();
        write("sys/fs/cgroup/pod/web/cpu.max", "5000 10000\n");
        assertThat(processors.quota(new Placement(1, 0, List.of()))).startsWith("/sys/fs/cgroup/pod/web/cpu.max").contains(" 0.50 ", "10 ms");
    }

    @Test
    void quotaOfTheFirstKindOfCgroupsIsSaidToo() throws IOException {
        write("proc/self/cgroup", "5:memory:/pod\n4:cpu,cpuacct:/pod\n0::/\n");
        write("sys/fs/cgroup/cpu,cpuacct/pod/cpu.cfs_period_us", "50000\n");
        write("sys/fs/cgroup/cpu,cpuacct/pod/cpu.cfs_quota_us", "-1\n");
        assertThat(Processors.of(root).quota(cpus(0, 1))).isNull();
        write("sys/fs/cgroup/cpu,cpuacct/pod/cpu.cfs_quota_us", "75000\n");
        assertThat(Processors.of(root).quota(cpus(0, 1))).contains("/pod/cpu.cfs_quota_us leaves", " 1.50 ", " 50 ms");
        assertThat(Processors.of(root).quota(cpus(0))).isNull();
    }

    @Test
    void nodeOfWhichTheProcessMayRunOnNoneIsSaid() throws IOException {
        write("proc/self/status", "Cpus_allowed_list:\t0-7\n");
        assertThat(Processors.of(root).distance(cpus(0), "eth1")).endsWith("this process may run on none of its");
    }
}
