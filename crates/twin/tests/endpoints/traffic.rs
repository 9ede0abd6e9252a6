//! Packets between two endpoints.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Instant;

use nix::poll::PollFlags;
use twin::endpoints::{Backend, Frame};

use crate::Outcome;
use crate::world::{LEFT, RIGHT, World, spec, wait_for};

const BYTES: usize = 50_000_000;

pub(crate) fn tcp_crosses_tun_whole(world: &World) -> Outcome {
    transfer(world, Backend::Tun, Backend::Tun)
}

pub(crate) fn tcp_crosses_packet_socket_whole(world: &World) -> Outcome {
    transfer(world, Backend::Packet, Backend::Packet)
}

pub(crate) fn tcp_crosses_from_one_backend_to_the_other(world: &World) -> Outcome {
    transfer(world, Backend::Tun, Backend::Packet)
}

fn transfer(world: &World, left: Backend, right: Backend) -> Outcome {
    if left == Backend::Tun && !world.has_tun() {
        return Outcome::Skipped("/dev/net/tun does not open here".to_owned());
    }
    let (left, right, wire) = world.pair(left, right);
    let listener = right
        .listen_tcp(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 443))
        .unwrap();
    let mut client = left
        .connect_tcp(Some(LEFT), SocketAddrV4::new(RIGHT, 443))
        .unwrap();
    wait_for(&listener, PollFlags::POLLIN);
    let (mut server, peer) = listener.accept().unwrap();
    assert_eq!(peer.ip(), LEFT);
    assert_eq!(server.local_addr().unwrap(), SocketAddr::from((RIGHT, 443)));
    client.set_nonblocking(false).unwrap();
    server.set_nonblocking(false).unwrap();

    let expected = pattern();
    let sent = expected.clone();
    let began = Instant::now();
    let sender = std::thread::spawn(move || {
        client.write_all(&sent).unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    });
    let mut received = Vec::with_capacity(BYTES);
    server.read_to_end(&mut received).unwrap();
    let took = began.elapsed();
    assert!(
        received == expected,
        "{} of {BYTES} bytes came, or not as they were sent",
        received.len()
    );
    server.write_all(b"thanks").unwrap();
    drop(server);
    assert_eq!(sender.join().unwrap(), "thanks");
    println!(
        "     {} MB/s",
        BYTES / 1000 / usize::try_from(took.as_millis()).unwrap().max(1)
    );
    world.cut(wire);
    Outcome::Passed
}

/// Bytes of which no two stretches are alike.
fn pattern() -> Vec<u8> {
    (0_u32..)
        .flat_map(|word| word.wrapping_mul(0x9e37_79b1).to_be_bytes())
        .take(BYTES)
        .collect()
}

pub(crate) fn udp_is_answered_on_both_backends(world: &World) -> Outcome {
    for backend in [Backend::Auto, Backend::Packet] {
        let (left, right, wire) = world.pair(backend, backend);
        let server = right.bind_udp(SocketAddrV4::new(RIGHT, 53)).unwrap();
        let client = left.bind_udp(SocketAddrV4::new(LEFT, 0)).unwrap();
        // Larger than the MTU too, so that fragments cross.
        for size in [1, 1000, 4000] {
            let question = vec![7_u8; size];
            client.send_to(&question, (RIGHT, 53)).unwrap();
            wait_for(&server, PollFlags::POLLIN);
            let mut heard = vec![0; 9000];
            let (count, from) = server.recv_from(&mut heard).unwrap();
            assert_eq!(
                (&heard[..count], from.ip()),
                (question.as_slice(), LEFT.into())
            );
            server.send_to(b"answer", from).unwrap();
            wait_for(&client, PollFlags::POLLIN);
            let count = client.recv(&mut heard).unwrap();
            assert_eq!(&heard[..count], b"answer");
        }
        world.cut(wire);
    }
    Outcome::Passed
}

/// The left calls 192.168.0.5, which stands for the right, as a private endpoint would.
pub(crate) fn rewritten_addresses_keep_checksums_right(world: &World) -> Outcome {
    const OTHER: Ipv4Addr = Ipv4Addr::new(192, 168, 0, 5);
    fn rewrite(frame: &mut Frame) {
        for (at, from, to) in [(16, OTHER, RIGHT), (12, RIGHT, OTHER)] {
            let place = &mut frame.bytes[at..at + 4];
            if place == from.octets() {
                place.copy_from_slice(&to.octets());
                ip_checksum(&mut frame.bytes);
                if !frame.checksum_partial {
                    transport_checksum(frame);
                }
            }
        }
    }
    for backend in [Backend::Auto, Backend::Packet] {
        let left = world.endpoint(&spec("left", LEFT, backend));
        let right = world.endpoint(&spec("right", RIGHT, backend));
        let wire = world.join(&left, &right, rewrite);
        let listener = right.listen_tcp(SocketAddrV4::new(RIGHT, 443)).unwrap();
        let mut client = left
            .connect_tcp(None, SocketAddrV4::new(OTHER, 443))
            .unwrap();
        wait_for(&listener, PollFlags::POLLIN);
        let (mut server, _) = listener.accept().unwrap();
        client.set_nonblocking(false).unwrap();
        server.set_nonblocking(false).unwrap();
        let sent = pattern()[..3_000_000].to_vec();
        let expected = sent.clone();
        let sender = std::thread::spawn(move || client.write_all(&sent).unwrap());
        let mut received = Vec::new();
        server.read_to_end(&mut received).unwrap();
        sender.join().unwrap();
        assert!(received == expected);
        world.cut(wire);
    }
    Outcome::Passed
}

fn ip_checksum(bytes: &mut [u8]) {
    bytes[10..12].fill(0);
    let mut sum: u32 = bytes[..20]
        .chunks(2)
        .map(|two| u32::from(u16::from_be_bytes([two[0], two[1]])))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    bytes[10..12].copy_from_slice(&(!u16::try_from(sum).unwrap()).to_be_bytes());
}

fn transport_checksum(frame: &mut Frame) {
    frame.checksum_partial = true;
    frame.complete_checksum();
}

pub(crate) fn connection_to_nobody_is_refused(world: &World) -> Outcome {
    let (left, _right, wire) = world.pair(Backend::Auto, Backend::Auto);
    let client = left.connect_tcp(None, SocketAddrV4::new(RIGHT, 9)).unwrap();
    wait_for(&client, PollFlags::POLLOUT);
    let error = client.take_error().unwrap().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    world.cut(wire);
    Outcome::Passed
}

pub(crate) fn addresses_change_while_running(world: &World) -> Outcome {
    let moved = Ipv4Addr::new(10, 0, 2, 77);
    let (left, right, wire) = world.pair(Backend::Auto, Backend::Packet);
    right.set_addresses(&[moved, RIGHT]).unwrap();
    right.set_addresses(&[moved]).unwrap();
    let server = left.bind_udp(SocketAddrV4::new(LEFT, 53)).unwrap();
    let client = right
        .bind_udp(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0))
        .unwrap();
    client.send_to(b"from where", (LEFT, 53)).unwrap();
    wait_for(&server, PollFlags::POLLIN);
    let (_, from) = server.recv_from(&mut [0; 64]).unwrap();
    assert_eq!(from.ip(), moved);
    assert!(
        right.bind_udp(SocketAddrV4::new(RIGHT, 53)).is_err(),
        "the old address is gone"
    );
    world.cut(wire);
    Outcome::Passed
}
