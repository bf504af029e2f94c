/*
 * A stateful firewall: what comes from the inside opens its flow, what comes from the outside passes if its flow is open. Flows are
 * two bits of a Bloom filter; a digest tells of each that is new.
 */
#include <core.p4>
#include <v1model.p4>

header segment_h {
    bit<32> source;
    bit<32> destination;
    bit<16> source_port;
    bit<16> destination_port;
    bit<8> flags;
}

struct headers_t {
    segment_h segment;
}

struct opened_t {
    bit<32> inside;
    bit<32> outside;
}

struct metadata_t {
    bit<12> first;
    bit<12> second;
    bit<1> is_first;
    bit<1> is_second;
    bit<2> direction;
}

parser Parse(packet_in packet, out headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    state start {
        packet.extract(headers.segment);
        transition accept;
    }
}

control Verify(inout headers_t headers, inout metadata_t metadata) {
    apply { }
}

control Wall(inout headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    register<bit<1>, bit<32>>(4096) first;
    register<bit<1>, bit<32>>(4096) second;

    action drop() {
        mark_to_drop(standard);
    }

    action hashes(in bit<32> a, in bit<32> b, in bit<16> p, in bit<16> q) {
        hash(metadata.first, HashAlgorithm.crc16, (bit<12>) 0, { a, b, p, q }, 32w4096);
        hash(metadata.second, HashAlgorithm.crc32, 12w0, { a, b, p, q }, 32w4096);
    }

    action direction(bit<2> way, bit<9> port) {
        metadata.direction = way;
        standard.egress_spec = port;
    }

    table ports {
        key = {
            standard.ingress_port: exact;
        }
        actions = { direction; NoAction; }
        default_action = NoAction();
        const entries = {
            9w1: direction(1, 2);
            9w2: direction(2, 1);
        }
    }

    table allowed {
        key = {
            headers.segment.destination_port: ternary;
            headers.segment.flags: ternary;
        }
        actions = { drop; NoAction; }
        const default_action = NoAction();
        entries = {
            (16w23, _): drop();
            (_, 8w0x06 &&& 8w0x06): drop();
        }
    }

    apply {
        switch (ports.apply().action_run) {
            direction: { }
            default: {
                drop();
                return;
            }
        }
        if (allowed.apply().hit) {
            return;
        }
        if (metadata.direction == 1) {
            hashes(headers.segment.source, headers.segment.destination, headers.segment.source_port,
                headers.segment.destination_port);
            first.read(metadata.is_first, (bit<32>) metadata.first);
            first.write((bit<32>) metadata.first, 1);
            second.write((bit<32>) metadata.second, 1);
            if (metadata.is_first == 0) {
                digest<opened_t>(1, { headers.segment.source, headers.segment.destination });
            }
        } else {
            hashes(headers.segment.destination, headers.segment.source, headers.segment.destination_port,
                headers.segment.source_port);
            first.read(metadata.is_first, (bit<32>) metadata.first);
            second.read(metadata.is_second, (bit<32>) metadata.second);
            if ((metadata.is_first & metadata.is_second) == 0) {
                drop();
            }
        }
    }
}

control Out(inout headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    apply { }
}

control Compute(inout headers_t headers, inout metadata_t metadata) {
    apply { }
}

control Deparse(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.segment);
    }
}

V1Switch(Parse(), Verify(), Wall(), Out(), Compute(), Deparse()) main;
