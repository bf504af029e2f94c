/* The smallest program of Tofino 2 that has a register action, a hash, a mirror and a digest. */
#include <core.p4>
#include <t2na.p4>

const MirrorType_t COPY = 1;

header ethernet_h {
    bit<48> destination;
    bit<48> source;
    bit<16> type;
}

header copy_h {
    bit<8> kind;
    bit<32> count;
}

struct headers_t {
    ethernet_h ethernet;
}

struct pair_t {
    bit<32> lo;
    bit<32> hi;
}

struct metadata_t {
    bit<32> count;
    bit<16> index;
    MirrorId_t session;
    copy_h copy;
}

struct seen_t {
    bit<48> source;
}

parser IngressParse(packet_in packet, out headers_t headers, out metadata_t metadata,
        out ingress_intrinsic_metadata_t intrinsic) {
    state start {
        packet.extract(intrinsic);
        packet.advance(PORT_METADATA_SIZE);
        metadata = { 0, 0, 0, { 0, 0 } };
        packet.extract(headers.ethernet);
        transition accept;
    }
}

control Ingress(inout headers_t headers, inout metadata_t metadata, in ingress_intrinsic_metadata_t intrinsic,
        in ingress_intrinsic_metadata_from_parser_t from_parser,
        inout ingress_intrinsic_metadata_for_deparser_t for_deparser,
        inout ingress_intrinsic_metadata_for_tm_t for_tm) {
    Register<pair_t, bit<16>>(65536) counts;
    RegisterAction<pair_t, bit<16>, bit<32>>(counts) count = {
        void apply(inout pair_t value, out bit<32> before) {
            before = value.lo;
            if (value.hi == 0 && (int<32>) (value.lo - 100) < 0) {
                value.lo = value.lo + 1;
            } else {
                value.hi = 1;
            }
        }
    };
    Hash<bit<16>>(HashAlgorithm_t.CRC16) hash;

    action counted() {
        metadata.count = count.execute(metadata.index);
    }

    table known {
        key = { headers.ethernet.source : exact; }
        actions = { counted; NoAction; }
        size = 4096;
        default_action = counted();
    }

    apply {
        metadata.index = hash.get({ headers.ethernet.source, headers.ethernet.destination });
        known.apply();
        if (metadata.count == 0) {
            for_deparser.digest_type = 1;
            for_deparser.mirror_type = COPY;
        }
        for_tm.ucast_egress_port = intrinsic.ingress_port;
    }
}

control IngressDeparse(packet_out packet, inout headers_t headers, in metadata_t metadata,
        in ingress_intrinsic_metadata_for_deparser_t for_deparser) {
    Mirror() mirror;
    Digest<seen_t>() digest;

    apply {
        if (for_deparser.digest_type == 1) {
            digest.pack({ headers.ethernet.source });
        }
        if (for_deparser.mirror_type == COPY) {
            mirror.emit<copy_h>(metadata.session, { metadata.copy.kind, metadata.count });
        }
        packet.emit(headers);
    }
}

parser EgressParse(packet_in packet, out headers_t headers, out metadata_t metadata,
        out egress_intrinsic_metadata_t intrinsic) {
    state start {
        packet.extract(intrinsic);
        transition accept;
    }
}

control Egress(inout headers_t headers, inout metadata_t metadata, in egress_intrinsic_metadata_t intrinsic,
        in egress_intrinsic_metadata_from_parser_t from_parser,
        inout egress_intrinsic_metadata_for_deparser_t for_deparser,
        inout egress_intrinsic_metadata_for_output_port_t for_port) {
    apply { }
}

control EgressDeparse(packet_out packet, inout headers_t headers, in metadata_t metadata,
        in egress_intrinsic_metadata_for_deparser_t for_deparser) {
    Checksum() checksum;
    apply {
        packet.emit(headers);
    }
}

Pipeline(IngressParse(), Ingress(), IngressDeparse(), EgressParse(), Egress(), EgressDeparse()) pipe;
Switch(pipe) main;
