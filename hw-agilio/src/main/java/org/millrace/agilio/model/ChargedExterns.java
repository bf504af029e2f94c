package org.millrace.agilio.model;

import org.millrace.agilio.machine.Machine;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.execution.HandedOut;

/**
 * The machine's services: those of a machine that adds nothing, each charged to the visit that calls it. Time is a register, and
 * what runs on the host costs the machine nothing.
 *
 * @param machine what they cost
 * @param plain   what they do
 * @param out     notes each
 * @param capacity for how many flows
 */
public record ChargedExterns(Machine machine, Externs plain, HandedOut out, int capacity) implements Externs {
    private static void charge(Memory memory, int count, int bytes) {
        Meter meter = Meter.running();
        for (int i = 0; meter != null && i < count; i++) {
            meter.charge().transfer(memory, bytes);
        }
    }

    @Override
    public FlowLookup lookup() {
        FlowLookup table = plain.lookup();
        return table == null ? null : out.add(new ChargedLookup(machine, table));
    }

    private record ChargedLookup(Machine machine, FlowLookup table) implements FlowLookup {
        @Override
        public int lookup(SegmentMeta meta) {
            find(meta);
            return table.lookup(meta);
        }

        @Override
        public int lookupLocal(SegmentMeta meta) {
            find(meta);
            return table.lookupLocal(meta);
        }

        private void find(SegmentMeta meta) {
            Meter meter = Meter.running();
            if (meter != null && !meter.remembers(meta)) {
                meter.charge().instructions(machine.lookup().missInstructions());
                charge(Memory.IMEM, machine.lookup().missReads(), 0);
            }
        }
    }

    @Override
    public PayloadDma dma() {
        PayloadDma dma = plain.dma();
        return dma == null ? null : out.add(new PayloadDma() {
            @Override
            public void toHost(SegmentMeta meta) {
                charge(Memory.PCIE_WRITE, 1, meta.length());
                dma.toHost(meta);
            }

            @Override
            public void fromHost(SegmentMeta meta) {
                charge(Memory.PCIE_READ, 1, meta.length());
                dma.fromHost(meta);
            }
        });
    }

    @Override
    public ContextQueue contextQueue() {
        ContextQueue queue = plain.contextQueue();
        return queue == null ? null : out.add(new ChargedQueue(machine, queue));
    }

    @Override
    public Timestamps timestamps() {
        return plain.timestamps();
    }

    @Override
    public FlowQueue flowQueue() {
        return out.add(new QueueManager(machine, capacity));
    }

    @Override
    public PriorityQueue priorityQueue() {
        PriorityQueue queue = plain.priorityQueue();
        return out.add(new PriorityQueue() {
            @Override
            public void submit(int flow, int rank) {
                ChargedExterns.charge(Memory.EMEM, machine.heap().accesses(), 0);
                queue.submit(flow, rank);
            }

            @Override
            public void remove(int flow) {
                ChargedExterns.charge(Memory.EMEM, machine.heap().accesses(), 0);
                queue.remove(flow);
            }

            @Override
            public int next(long nowNs) {
                return queue.next(nowNs);
            }

            @Override
            public long deadlineNs() {
                return queue.deadlineNs();
            }

            @Override
            public void round() {
                queue.round();
            }

            @Override
            public void sent(int flow, int bytes) {
                queue.sent(flow, bytes);
            }

            @Override
            public int classes() {
                return queue.classes();
            }
        });
    }

    @Override
    public KeyTable keyTable(int keys) {
        KeyTable table = plain.keyTable(keys);
        return out.add(new KeyTable() {
            @Override
            public int lookup(int key0, int key1, int key2, int key3) {
                charge(Memory.IMEM, machine.lookup().missReads(), 0);
                return table.lookup(key0, key1, key2, key3);
            }

            @Override
            public int insert(int key0, int key1, int key2, int key3) {
                charge(Memory.IMEM, machine.lookup().missReads() + machine.lookup().insertWrites(), 0);
                return table.insert(key0, key1, key2, key3);
            }

            @Override
            public void release(int index) {
                charge(Memory.IMEM, 1, 0);
                table.release(index);
            }
        });
    }

    @Override
    public Recorder recorder(Recorder recorder) {
        return plain.recorder(recorder); // the stage that declares it is charged
    }

    @Override
    public <H extends HostPart> H host(H part) {
        return plain.host(part);
    }

    private record ChargedQueue(Machine machine, ContextQueue queue) implements ContextQueue {
        private void descriptor() {
            charge(Memory.PCIE_WRITE, 1, machine.descriptor().bytes());
        }

        @Override
        public void notify(SegmentMeta meta) {
            descriptor();
            queue.notify(meta);
        }

        @Override
        public void grant(int context, int connection, int position) {
            descriptor();
            queue.grant(context, connection, position);
        }

        @Override
        public int reserve(SegmentMeta meta) {
            charge(Memory.CLS, 1, 0);
            return queue.reserve(meta);
        }

        @Override
        public void unreserve(SegmentMeta meta) {
            charge(Memory.CLS, 1, 0);
            queue.unreserve(meta);
        }

        @Override
        public void message(SegmentMeta meta) {
            descriptor();
            queue.message(meta);
        }

        @Override
        public void sent(SegmentMeta meta, int status) {
            descriptor();
            queue.sent(meta, status);
        }
    }
}
