//! Properties: checksums stay right, and what comes back goes to the sender.

use crate::{Bench, CLIENT, ENDPOINT, EXAMPLE, at};
use fabric::{
    Checksum, Disposition,
    packet::{self, TcpSegment, Transport, tcp_flags, udp},
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn checksums_stay_right_and_replies_find_the_sender(
        port in 1_u16..,
        sequence: u32,
        payload in proptest::collection::vec(any::<u8>(), 0..1500),
        answer in proptest::collection::vec(any::<u8>(), 0..1500),
        is_partial: bool,
    ) {
        let mut bench = Bench::new(EXAMPLE);
        let testvm = bench.client("testvm");
        let kind = if is_partial { Checksum::Partial } else { Checksum::Complete };
        let (source, destination) = (at(CLIENT, port), at(ENDPOINT, 443));
        let segment = TcpSegment { source, destination, sequence, acknowledgment: 0, flags: tcp_flags::SYN, payload: &payload };
        let (disposition, out) = bench.inject(testvm, segment.packet(kind));
        prop_assert_eq!(disposition, Disposition::Delivered);
        let (member, arrived) = &out[0];
        let read = packet::parse(&arrived.bytes).unwrap();
        let Transport::Tcp { payload: carried, sequence: kept, .. } = read.transport else { panic!() };
        prop_assert_eq!((carried, kept, arrived.checksum), (payload.as_slice(), sequence, kind));

        let back = TcpSegment {
            source: read.to(),
            destination: read.from(),
            sequence: 1,
            acknowledgment: sequence.wrapping_add(1),
            flags: tcp_flags::SYN | tcp_flags::ACK,
            payload: &answer,
        };
        let (disposition, out) = bench.inject(*member, back.packet(kind));
        prop_assert_eq!(disposition, Disposition::Delivered);
        let (to, arrived) = &out[0];
        let read = packet::parse(&arrived.bytes).unwrap();
        prop_assert_eq!((*to, read.from(), read.to()), (testvm, destination, source));
    }

    #[test]
    fn datagrams_keep_right_checksums_and_none_stays_none(
        port in 1_u16..,
        payload in proptest::collection::vec(any::<u8>(), 0..200),
        has_checksum: bool,
    ) {
        let mut bench = Bench::new(EXAMPLE);
        let testvm = bench.client("testvm");
        let mut query = udp(at(CLIENT, port), at("168.63.129.16", 53), &payload);
        if !has_checksum {
            (query.bytes[26], query.bytes[27]) = (0, 0);
        }
        let (_, out) = bench.inject(testvm, query);
        let field = &out[0].1.bytes[26..28];
        prop_assert_eq!(field != [0, 0], has_checksum);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), fix: bool) {
        let mut bench = Bench::new(EXAMPLE);
        let testvm = bench.client("testvm");
        let mut bytes = bytes;
        if fix && bytes.len() >= 20 {
            let length = u16::try_from(bytes.len()).unwrap();
            (bytes[0], bytes[6], bytes[7]) = (0x45, 0, 0);
            bytes[2..4].copy_from_slice(&length.to_be_bytes());
            bytes[12..16].copy_from_slice(&[192, 168, 0, 4]);
            bytes[16..20].copy_from_slice(&[192, 168, 0, 5]);
        }
        let mut out = Vec::new();
        bench.fabric.inject(testvm, packet::Packet::complete(bytes), bench.now, &mut out);
    }
}
