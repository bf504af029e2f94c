package org.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.millrace.memory.NativeConstants;

/**
 * What calls into the kernel and glibc are made with is what their headers say, on every architecture that there is a table
 * for. {@code native-constants.tsv} is what compilers made of {@code native-constants.c}, which says how.
 */
class NativeConstantsTest {
    /** What these classes count by themselves and no header says. */
    private static final Set<String> OWN = Set.of("Linux.AFFINITY_BYTES", "UnixSockets.MAX_DESCRIPTORS", "UnixSockets.CONTROL_BYTES", "UnixSockets.IOV",
        "UnixSockets.CONTROL", "UnixSockets.CMSG_LEVEL", "UnixSockets.CMSG_TYPE", "UnixSockets.CMSG_DATA", "FileStatus.PERMISSIONS",
        "FileStatus.BLOCK_BYTES", "TenantBell.PIPE_BYTES", "PacketReceiver.SLOT_OVERHEAD", "PacketReceiver.LINE_BYTES",
        "PacketReceiver.MOST_BYTES", "PacketReceiver.LEAST_QUEUE_BYTES", "PacketReceiver.LONG_SLOTS_SHARE", "PacketReceiver.LEAST_SLOTS",
        "PacketReceiver.SMALL_BLOCK_BYTES", "PacketReceiver.LARGE_BLOCK_BYTES", "PacketReceiver.TAG_BYTES",
        "PacketReceiver.ADDRESSES_BYTES", "PacketTransmitter.IOVS", "PacketTransmitter.ETHER_TYPE", "PacketTransmitter.HEADROOM",
        "PacketTransmitter.STRIDE", "PacketTransmitter.RETRIES", "LongFrames.MOST", "LongFrames.MOST_BYTES", "LongFrames.IOVS",
        "LongFrames.TAG_BYTES", "LongFrames.ADDRESSES_BYTES", "LongFrames.ATTEMPTS", "StackClaim.NAME");
    /** They have constants of more than the kernel: only those in the table are looked at. */
    private static final Set<String> NOT_ALL = Set.of("ContextMemory", "Attach", "NativeConstants");

    private record Row(String type, String field, long x86, long arm, String header) {
        Class<?> owner() {
            try {
                return Class.forName(type);
            } catch (ClassNotFoundException e) {
                throw new AssertionError(e);
            }
        }

        String name() {
            return owner().getSimpleName() + "." + field;
        }

        boolean isNamed() {
            return !field.equals("-");
        }
    }

    private static List<Row> table() throws IOException {
        try (InputStream in = NativeConstantsTest.class.getResourceAsStream("native-constants.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(line -> line.split("\t"))
                .map(w -> new Row(w[0], w[1], Long.parseLong(w[2]), Long.parseLong(w[3]), w[4])).toList();
        }
    }

    private static boolean isOfTheTable(Row row) {
        return row.owner() == NativeConstants.class;
    }

    private static long value(Row row) throws ReflectiveOperationException {
        Field field = row.owner().getDeclaredField(row.field);
        field.setAccessible(true);
        return ((Number) field.get(null)).longValue();
    }

    @Test
    void constantsAreThoseOfTheHeadersOfBothArchitectures() throws IOException, ReflectiveOperationException {
        List<String> wrong = new ArrayList<>();
        for (Row row : table()) {
            if (!isOfTheTable(row) && (row.x86 != row.arm || row.isNamed() && value(row) != row.arm)) {
                wrong.add(row + (row.isNamed() ? " is " + value(row) : ""));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatDiffersIsInTheTableOfArchitectures() throws IOException, ReflectiveOperationException {
        List<Row> differing = table().stream().filter(NativeConstantsTest::isOfTheTable).toList();
        assertThat(differing).hasSize(NativeConstants.class.getRecordComponents().length - 1); // but for its name
        for (Row row : differing) {
            assertThat(component("X86_64", row.field)).as("%s", row).isEqualTo(row.x86);
            assertThat(component("AARCH64", row.field)).as("%s", row).isEqualTo(row.arm).isNotEqualTo(row.x86);
        }
    }

    private static long component(String architecture, String name) throws ReflectiveOperationException {
        Field table = NativeConstants.class.getDeclaredField(architecture);
        table.setAccessible(true);
        return ((Number) NativeConstants.class.getMethod(name).invoke(table.get(null))).longValue();
    }

    @Test
    void everyConstantOfTheNativeEdgeIsCompared() throws IOException {
        Set<String> compared = new TreeSet<>();
        Set<Class<?>> owners = new LinkedHashSet<>();
        for (Row row : table()) {
            owners.add(row.owner());
            if (row.isNamed()) {
                compared.add(row.name());
            }
        }
        Set<String> forgotten = new TreeSet<>();
        for (Class<?> owner : owners) {
            for (Field field : owner.getDeclaredFields()) {
                String name = owner.getSimpleName() + "." + field.getName();
                if (isNumber(field) && !NOT_ALL.contains(owner.getSimpleName()) && !compared.contains(name) && !OWN.contains(name)) {
                    forgotten.add(name);
                }
            }
        }
        assertThat(forgotten).as("neither in native-constants.c nor the class's own").isEmpty();
    }

    private static boolean isNumber(Field field) {
        Class<?> type = field.getType();
        return Modifier.isStatic(field.getModifiers()) && (type == int.class || type == long.class || type == short.class);
    }
}
