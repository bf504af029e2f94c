package org.millrace.wire.steer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;

/** The filter answers what the data path reckons, over frames of all kinds. */
class SteeringFilterTest {
    private static final long SEED = 20261130;
    private static final int FRAME_BYTES = 96;

    private final Random random = new Random(SEED);

    @Test
    void filterAgreesWithTheDataPath() {
        System.out.println("seed " + SEED);
        int[] counts = new int[5];
        for (int i = 0; i < 20_000; i++) {
            Steering steering = new Steering(1 + random.nextInt(5), random.nextLong());
            byte[] frame = frame();
            int expected = steering.shard(MemorySegment.ofArray(frame), 0, frame.length);
            assertThat(Integer.remainderUnsigned(run(SteeringFilter.of(steering), frame), steering.shards()))
                .as("frame %d", i).isEqualTo(expected);
            counts[expected]++;
        }
        assertThat(counts).doesNotContain(0);
    }

    @Test
    void programIsShortEnoughForTheKernel() {
        assertThat(SteeringFilter.of(new Steering(2, 1))).hasSizeLessThan(4096); // BPF_MAXINSNS
    }

    private byte[] frame() {
        byte[] bytes = new byte[random.nextInt(8) == 0 ? EthernetHeader.LENGTH + random.nextInt(40) : FRAME_BYTES];
        random.nextBytes(bytes);
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.putShort(EthernetHeader.ETHER_TYPE, (short) (random.nextInt(10) == 0 ? 0x0806 : 0x0800));
        int ip = EthernetHeader.LENGTH;
        if (bytes.length == FRAME_BYTES) {
            frame.put(ip, (byte) (0x45 + random.nextInt(4)));
            frame.putShort(ip + Ipv4Header.TOTAL_LENGTH, (short) (FRAME_BYTES - ip));
            frame.putShort(ip + Ipv4Header.FRAGMENT, (short) (random.nextInt(6) == 0 ? 0x2000 : 0x4000));
            frame.put(ip + Ipv4Header.PROTOCOL, (byte) new int[] {6, 17, 146, 47}[random.nextInt(4)]);
        } else if (bytes.length > ip + Ipv4Header.PROTOCOL) {
            frame.put(ip, (byte) 0); // no IPv4 that the data path would look at; nor has the filter ports to load
            frame.put(ip + Ipv4Header.PROTOCOL, (byte) 47);
        }
        return bytes;
    }

    /** What the kernel does with a program: Documentation/networking/filter.rst. */
    private static int run(long[] program, byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        int[] scratch = new int[16];
        int a = 0;
        int x = 0;
        for (int at = 0; ; at++) {
            int code = (int) program[at] & 0xffff;
            int k = (int) (program[at] >>> 32);
            int width = switch (code & 0x18) { case 0x08 -> 2; case 0x10 -> 1; default -> 4; };
            switch (code) {
                case 0x20, 0x28, 0x30, 0x40 -> {
                    if (k == -0x1000) {
                        a = Short.toUnsignedInt(bytes.getShort(EthernetHeader.ETHER_TYPE));
                        continue;
                    }
                    int from = k + 0x100000 + (code == 0x40 ? x : 0) + EthernetHeader.LENGTH;
                    if (from < 0 || from + width > frame.length) {
                        return 0;
                    }
                    a = width == 4 ? bytes.getInt(from) : width == 2 ? Short.toUnsignedInt(bytes.getShort(from))
                        : Byte.toUnsignedInt(bytes.get(from));
                }
                case 0x00 -> a = k;
                case 0x60 -> a = scratch[k];
                case 0x61 -> x = scratch[k];
                case 0x02 -> scratch[k] = a;
                case 0x07 -> x = a;
                case 0x0c -> a += x;
                case 0x4c -> a |= x;
                case 0xac -> a ^= x;
                case 0xa4 -> a ^= k;
                case 0x54 -> a &= k;
                case 0x64 -> a <<= k;
                case 0x74 -> a >>>= k;
                case 0x15 -> at += a == k ? jump(program[at], 16) : jump(program[at], 24);
                case 0x45 -> at += (a & k) != 0 ? jump(program[at], 16) : jump(program[at], 24);
                case 0x06 -> {
                    return k;
                }
                case 0x16 -> {
                    return a;
                }
                default -> throw new AssertionError("no such instruction: " + Integer.toHexString(code));
            }
        }
    }

    private static int jump(long instruction, int bit) {
        return (int) (instruction >>> bit) & 0xff;
    }
}
