package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.context.Journal;
import org.millrace.context.JournalEntry;
import org.millrace.context.JournalEntry.Direction;
import org.millrace.context.JournalReader;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.net.Route;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** What is recorded is what was done and told, whatever a tenant writes over it meanwhile. */
@Timeout(60)
class JournalledContextTest {
    private static final ContextSize SIZE = new ContextSize(4, 4096, 4096, 64);
    private static final int REQUESTS = 4000;
    private static final long LIE = 0x6666_6666L;

    @TempDir
    Path directory;

    @Test
    void tenantThatWritesOverItsDescriptorsDoesNotChangeTheRecord() throws InterruptedException, IOException {
        DataPath path = journalled();
        AppContext context = path.open(SIZE);
        MemorySegment memory = context.region.segment();
        DescriptorRing requests = new DescriptorRing(memory, context.layout.requestRing(), SIZE.ringSlots());
        DescriptorRing events = new DescriptorRing(memory, context.layout.eventRing(), SIZE.ringSlots());
        AtomicBoolean stop = new AtomicBoolean();
        Thread liar = Thread.ofPlatform().start(() -> lie(memory, context.layout.eventRing(), stop));
        try {
            for (int i = 0; i < REQUESTS; i++) {
                long at = requests.claim();
                requests.u8(at, Descriptor.TYPE, Descriptor.BIND); // which TCP does not do, and says so
                requests.i64(at, Descriptor.OPAQUE, i);
                requests.publish();
                path.poll(i);
                assertThat(events.available()).isEqualTo(1);
                events.next();
                events.release();
            }
        } finally {
            stop.set(true);
            liar.join();
        }
        path.close();
        assertThat(recorded(Direction.REQUEST)).isEqualTo(recorded(Direction.EVENT)).hasSize(REQUESTS).doesNotContain(LIE);
    }

    private DataPath journalled() {
        return new DataPath(new DataPathConfig("test", new BluefieldBackend(),
            List.of(new TransportChoice(new FlexToeFactory(), Map.of())), MemoryPort.pair(Map.of())[0],
            List.of(Ipv4Address.parse("10.0.0.1")), List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)),
            new Capacity(16, 4), new Random(1)), new ContextHome(ContextHome.PRIVATE.memory(),
                (context, nowNs) -> Journal.open(directory, context, Journal.Limits.DEFAULT, nowNs)));
    }

    @Test
    void everyBitOfARequestIsRecorded() throws IOException {
        long seed = 3;
        byte[] request = new byte[Descriptor.BYTES];
        new Random(seed).nextBytes(request);
        DataPath path = journalled();
        AppContext context = path.open(SIZE);
        DescriptorRing requests =
            new DescriptorRing(context.region.segment(), context.layout.requestRing(), SIZE.ringSlots());
        MemorySegment.copy(request, 0, context.region.segment(), ValueLayout.JAVA_BYTE, requests.claim(), request.length);
        requests.publish();
        path.poll(1);
        path.close();
        try (JournalReader reader = Journal.dump(directory)) {
            assertThat(reader.hasNext()).isTrue();
            assertThat(reader.next().descriptor()).as("seed %d", seed).isEqualTo(request);
        }
    }

    /** Writes over the opaque number of every event, all the time. */
    private static void lie(MemorySegment memory, long ring, AtomicBoolean stop) {
        long first = ring + DescriptorRing.bytes(SIZE.ringSlots()) - (long) SIZE.ringSlots() * Descriptor.BYTES;
        while (!stop.get()) {
            for (int slot = 0; slot < SIZE.ringSlots(); slot++) {
                memory.set(ValueLayout.JAVA_LONG, first + (long) slot * Descriptor.BYTES + Descriptor.OPAQUE, LIE);
            }
        }
    }

    private List<Long> recorded(Direction direction) throws IOException {
        List<Long> numbers = new ArrayList<>();
        try (JournalReader reader = Journal.dump(directory)) {
            while (reader.hasNext()) {
                JournalEntry entry = reader.next();
                if (entry.direction() == direction) {
                    numbers.add(MemorySegment.ofArray(entry.descriptor()).get(
                        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), Descriptor.OPAQUE));
                }
            }
        }
        return numbers;
    }
}
