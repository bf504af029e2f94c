package org.millrace.runtime.place;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.memory.InstanceDirectory;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.Placement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps instances that stay on processors from staying on the same ones: two threads that each think that a processor is theirs
 * halve each other. A claim is a locked file for each processor in a directory that all instances of a user have: those of other
 * users, of other containers, and other programs are not seen. It ends with its process.
 *
 * <p>The kernel drops the lock when any descriptor of the file is closed in this process: one that is held here is never opened again.
 */
public final class CpuClaims implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CpuClaims.class);
    private static final int MOST_BYTES = 256;
    private static final Map<Path, String> HELD_HERE = new HashMap<>();

    private final Map<Path, FileChannel> channels = new TreeMap<>();

    private CpuClaims() {
    }

    /**
     * Claims processors.
     *
     * @param directory where; made if it is not there
     * @param instance  for whom
     * @param cpus      which; none: nothing is claimed
     * @return the claim
     * @throws ConfigException if some are another instance's; then nothing is claimed
     */
    public static CpuClaims of(InstanceDirectory directory, String instance, List<Integer> cpus) {
        CpuClaims claims = new CpuClaims();
        Map<Integer, String> taken = new TreeMap<>();
        try {
            if (!cpus.isEmpty()) {
                directory.create(false);
            }
            for (int cpu : cpus) {
                String holder = claims.claim(directory.path().resolve(Integer.toString(cpu)), instance);
                if (holder != null) {
                    taken.put(cpu, holder);
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot note that processors {} are its own, others may take them too: {}", instance,
                Placement.ranges(cpus), e.toString());
        }
        if (!taken.isEmpty()) {
            claims.close();
            throw new ConfigException("cores", Placement.ranges(cpus), "processors that no other instance stays on, but "
                + String.join(", ", taken.entrySet().stream().map(each -> each.getKey() + " is " + each.getValue()).toList()));
        }
        return claims;
    }

    /** {@return who has it, or null: it is claimed now} */
    private String claim(Path file, String instance) throws IOException {
        synchronized (HELD_HERE) {
            if (HELD_HERE.containsKey(file)) {
                return HELD_HERE.get(file);
            }
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                try (channel) {
                    return holder(channel);
                }
            }
            String holder = "that of instance '" + instance + "' (process " + ProcessHandle.current().pid() + ")";
            channels.put(file, channel);
            HELD_HERE.put(file, holder);
            channel.truncate(0).write(StandardCharsets.UTF_8.encode(holder), 0);
            return null;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MOST_BYTES);
        channel.read(text, 0);
        return StandardCharsets.UTF_8.decode(text.flip()).toString();
    }

    /** Gives them back. */
    @Override
    public void close() {
        synchronized (HELD_HERE) {
            channels.forEach((file, channel) -> {
                HELD_HERE.remove(file);
                try {
                    channel.close();
                } catch (IOException e) {
                    LOG.warn("closing {}: {}", file, e.toString());
                }
            });
            channels.clear();
        }
    }
}
