/* Counts packets and bytes a port, by a register and a counter; copies every fourth to a collector; the tag stack loses its top. */
#include <v1model.p4>

const bit<32> COLLECTOR = 7;
#ifdef PORTS
#error PORTS is this program's
#elif 1 + 1 == 2
#define PORTS 16
#else
#define PORTS 0
#endif

enum bit<8> Kind { PLAIN = 1, TAGGED = 2 }

header start_h {
    Kind kind;
    bit<8> tags;
}

header tag_h {
    bit<7> value;
    bit<1> last;
}

struct headers_t {
    start_h start;
    tag_h[3] tags;
}

struct metadata_t {
    @field_list(1)
    bit<32> packets;
    bit<32> bytes;
}

parser Parse(packet_in packet, out headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    state start {
        packet.extract(headers.start);
        transition select(headers.start.kind, headers.start.tags) {
            (Kind.TAGGED, 1 .. 3): tag;
            (Kind.PLAIN, 0 &&& 0xF0): accept;
        }
    }

    state tag {
        packet.extract(headers.tags.next);
        transition select(headers.tags.last.last) {
            1: accept;
            default: tag;
        }
    }
}

control Verify(inout headers_t headers, inout metadata_t metadata) {
    apply { }
}

control Count(inout metadata_t metadata, in bit<9> port, in bit<32> length)(bit<32> step) {
    register<bit<32>, bit<32>>(PORTS) packets;
    register<bit<32>, bit<32>>(PORTS) bytes;
    counter<bit<32>>(PORTS, CounterType.packets) counted;

    apply {
        bit<32> at = (bit<32>) port;
        counted.count(at);
        packets.read(metadata.packets, at);
        bytes.read(metadata.bytes, at);
        metadata.packets = metadata.packets + step;
        metadata.bytes = metadata.bytes |+| length;
        packets.write(at, metadata.packets);
        bytes.write(at, metadata.bytes);
    }
}

control In(inout headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    Count(1) count;

    apply {
        if (standard.parser_error != error.NoError) {
            mark_to_drop(standard);
            exit;
        }
        count.apply(metadata, standard.ingress_port, standard.packet_length);
        standard.egress_spec = standard.ingress_port ^ 1;
        if (metadata.packets[1:0] == 0) {
            clone_preserving_field_list(CloneType.I2E, COLLECTOR, 1);
        }
        if (headers.tags[0].isValid()) {
            headers.tags.pop_front(1);
            headers.start.tags = headers.start.tags - 1;
        }
        if (headers.start.tags == 0) {
            headers.start.kind = Kind.PLAIN;
        }
    }
}

control Out(inout headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    apply {
        if (standard.instance_type == 1) {
            headers.start.tags = metadata.packets[7:0];
            headers.tags[0].setInvalid();
            truncate(2);
        }
    }
}

control Compute(inout headers_t headers, inout metadata_t metadata) {
    apply { }
}

control Deparse(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers);
    }
}

V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
