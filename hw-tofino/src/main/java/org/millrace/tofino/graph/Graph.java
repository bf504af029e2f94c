package org.millrace.tofino.graph;

import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.tofino.alu.RegisterPlan;

/**
 * A program as operations of an RMT pipe. All tables of one physical stage see the fields as they were when the item
 * entered that stage; {@link #tables} is in order of physical stages.
 *
 * @param program   its name
 * @param fields    of the metadata, and temporaries
 * @param tables    placed tables, by physical stage
 * @param registers by the name of the stage that declares them
 * @param mirrors   mirror sessions
 */
public record Graph(String program, List<Field> fields, List<Placed> tables, Map<String, RegisterPlan> registers,
                    List<MirrorSession> mirrors) {
    /**
     * A field of the packet header vector.
     *
     * @param name        of the metadata's getter; of a temporary, {@code $stage.kind7}
     * @param bits        8, 16 or 32
     * @param isTemporary whether it is none of the program's
     */
    public record Field(String name, int bits, boolean isTemporary) {
    }

    /**
     * Where a table lies.
     *
     * @param table the table
     * @param at    physical stage, from 0
     */
    public record Placed(Table table, int at) {
    }
}
