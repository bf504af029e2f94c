package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;

/** Data paths' sides of a context of several shards. */
final class FakeShards implements ContextGrant {
    final List<FakeDataPath> shards;

    /** @param index of the context in each shard; its number there is {@code index * count + shard} */
    FakeShards(int count, int index, ContextSize size) {
        shards = IntStream.range(0, count).mapToObj(shard -> new FakeDataPath(size, index * count + shard)).toList();
    }

    FakeDataPath get(int shard) {
        return shards.get(shard);
    }

    @Override
    public List<ContextGrant> shards() {
        return List.copyOf(shards);
    }

    @Override
    public SelectableChannel wakeChannel() throws IOException {
        SelectableChannel channel = get(0).wakeChannel();
        shards.forEach(shard -> shard.wakeLike(get(0)));
        return channel;
    }

    @Override
    public String instance() {
        return "fake";
    }

    @Override
    public MemorySegment region() {
        return get(0).region();
    }

    @Override
    public List<String> transports() {
        return get(0).transports();
    }

    @Override
    public void ring() {
        get(0).ring();
    }

    @Override
    public boolean isOpen() {
        return shards.stream().allMatch(FakeDataPath::isOpen);
    }

    @Override
    public void close() {
        shards.forEach(FakeDataPath::close);
    }
}
