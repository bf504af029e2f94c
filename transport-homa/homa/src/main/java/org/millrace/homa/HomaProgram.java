package org.millrace.homa;

import java.util.List;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.TransportHost;
import org.millrace.homa.message.Keys;
import org.millrace.homa.message.MessageStages;
import org.millrace.homa.wire.HomaCodec;
import org.millrace.homa.wire.HomaMeta;

/** Homa's stages in their workflows. Owned by: the backend that has loaded it. */
final class HomaProgram implements Program<HomaMeta> {
    private final TransportHost host;
    private final Keys keys;
    private final MessageStages stages;
    private final HomaCodec codec;
    private final Messages messages;

    HomaProgram(TransportHost host, Keys keys, MessageStages stages, Messages messages, int mostBytes) {
        this.host = host;
        this.keys = keys;
        this.messages = messages;
        this.stages = stages;
        codec = new HomaCodec(mostBytes);
    }

    @Override
    public String name() {
        return "homa";
    }

    @Override
    public HomaMeta newMeta() {
        return new HomaMeta();
    }

    @Override
    public List<Stage<? super HomaMeta, ?>> stages(Workflow workflow) {
        return stages.of(workflow);
    }

    @Override
    public HeaderCodec<HomaMeta> codec() {
        return codec;
    }

    @Override
    public FlowScheduler scheduler() {
        return stages.sending();
    }

    @Override
    public List<MirrorSession> mirrors() {
        return MessageStages.MIRRORS;
    }

    @Override
    public void loaded(StateTables tables) {
        host.flows().reserve(keys.reserved());
        messages.loaded(tables);
    }
}
