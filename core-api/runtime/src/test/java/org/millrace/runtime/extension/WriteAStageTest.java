package org.millrace.runtime.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.testkit.StageHarness;

/** The example of docs/write-a-stage.md; {@link HostileExtensionTest} puts it into a program. */
class WriteAStageTest {
    @Test
    void thePageShowsThisClass() throws IOException {
        String source = Files.readString(Path.of("src/test/java/org/millrace/runtime/extension/PeerCounter.java"));
        assertThat(Files.readString(Path.of("../../docs/write-a-stage.md")))
            .contains("```java\n" + source.substring(source.indexOf("/** Counts each")) + "```");
    }

    @Test
    void peersAreCountedApart() {
        var harness = StageHarness.<SegmentMeta, PeerCounter.Counts>of(new PeerCounter(), SegmentMeta::new);
        int near = 0x0a000001;
        int far = 0x0a000002;
        for (int peer : new int[] {near, far, near}) {
            harness.item(m -> m.peerAddress(peer)).expect(Verdict.NEXT);
        }
        assertThat(harness.state().segments()).isEqualTo(3);
        assertThat(harness.state().fromPeer(near * 0x9e3779b1 >>> 24)).isEqualTo(2);
        assertThat(harness.state().fromPeer(far * 0x9e3779b1 >>> 24)).isEqualTo(1);
    }
}
