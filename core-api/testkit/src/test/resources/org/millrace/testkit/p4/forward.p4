/* IPv4 forwarding by the longest prefix: looks up the destination, rewrites addresses, counts down the time to live. */
#include <core.p4>
#include <v1model.p4>

#define ETHERTYPE_IPV4 0x0800

typedef bit<48> mac_t;
typedef bit<32> ipv4_t;
typedef bit<9> port_t;

header ethernet_h {
    mac_t destination;
    mac_t source;
    bit<16> type;
}

header ipv4_h {
    bit<4> version;
    bit<4> ihl;
    bit<6> dscp;
    bit<2> ecn;
    bit<16> total_length;
    bit<16> identification;
    bit<3> flags;
    bit<13> fragment_offset;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> checksum;
    ipv4_t source;
    ipv4_t destination;
}

struct headers_t {
    ethernet_h ethernet;
    ipv4_h ipv4;
}

struct metadata_t {
}

error { NotVersion4 }

parser Parse(packet_in packet, out headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            ETHERTYPE_IPV4: ipv4;
            default: accept;
        }
    }

    state ipv4 {
        packet.extract(headers.ipv4);
        verify(headers.ipv4.version == 4, error.NotVersion4);
        transition accept;
    }
}

control Verify(inout headers_t headers, inout metadata_t metadata) {
    apply {
        verify_checksum(headers.ipv4.isValid(), { headers.ipv4.version, headers.ipv4.ihl, headers.ipv4.dscp,
            headers.ipv4.ecn, headers.ipv4.total_length, headers.ipv4.identification, headers.ipv4.flags,
            headers.ipv4.fragment_offset, headers.ipv4.ttl, headers.ipv4.protocol, headers.ipv4.source,
            headers.ipv4.destination }, headers.ipv4.checksum, HashAlgorithm.csum16);
    }
}

control Forward(inout headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    action drop() {
        mark_to_drop(standard);
    }

    action to(mac_t next_hop, port_t port) {
        standard.egress_spec = port;
        headers.ethernet.source = headers.ethernet.destination;
        headers.ethernet.destination = next_hop;
        headers.ipv4.ttl = headers.ipv4.ttl - 1;
    }

    table routes {
        key = {
            headers.ipv4.destination: lpm;
        }
        actions = {
            to;
            drop;
            NoAction;
        }
        size = 1024;
        default_action = drop();
    }

    apply {
        if (headers.ipv4.isValid() && standard.checksum_error == 0 && standard.parser_error == error.NoError
                && headers.ipv4.ttl > 1) {
            routes.apply();
        } else {
            drop();
        }
    }
}

control Out(inout headers_t headers, inout metadata_t metadata, inout standard_metadata_t standard) {
    apply {
    }
}

control Compute(inout headers_t headers, inout metadata_t metadata) {
    apply {
        update_checksum(headers.ipv4.isValid(), { headers.ipv4.version, headers.ipv4.ihl, headers.ipv4.dscp,
            headers.ipv4.ecn, headers.ipv4.total_length, headers.ipv4.identification, headers.ipv4.flags,
            headers.ipv4.fragment_offset, headers.ipv4.ttl, headers.ipv4.protocol, headers.ipv4.source,
            headers.ipv4.destination }, headers.ipv4.checksum, HashAlgorithm.csum16);
    }
}

control Deparse(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.ipv4);
    }
}

V1Switch(Parse(), Verify(), Forward(), Out(), Compute(), Deparse()) main;
