//! How fast a connection that is already decided goes through: packets of 100 bytes, and 64 KiB
//! at a time as with segmentation offload. On one core, in memory.
//!
//! The engine touches headers only and never copies data, so that the bytes a second are what it
//! would let through, not what any device carries; the buffer is the same one and in the cache.
//!
//! `cargo run --release -p fabric --example bench`

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use fabric::{
    Checksum, Disposition, Fabric, Packet, PortId, PortName, Time,
    packet::{TcpSegment, tcp_flags, tcp_syn},
};
use std::{net::Ipv4Addr, net::SocketAddrV4, time::Instant};
use topology::{manifest::parse, resolve::resolve};

const EXAMPLE: &str = include_str!("../../../examples/internal-apim.yaml");
const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 168, 0, 4);
const ENDPOINT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 0, 5), 443);

fn main() {
    let topology = resolve(&parse(EXAMPLE).0).topology;
    let mut fabric = Fabric::new(&topology);
    for (resource, lb) in topology.load_balancers() {
        for probe in &lb.probes {
            for (nic, _) in topology.network_interfaces() {
                fabric.set_healthy(&nic.id, (&resource.id, &probe.name), true);
            }
        }
    }
    let Some(client) = fabric.port(&PortName::Client("testvm".to_owned())) else {
        return;
    };
    let connections = 1000;
    let start = Instant::now();
    for port in 0..connections {
        let syn = tcp_syn(SocketAddrV4::new(CLIENT, 10_000 + port), ENDPOINT, 1);
        let disposition = fabric.inject(client, syn, Time::ZERO, &mut Vec::new());
        assert_eq!(disposition, Disposition::Delivered);
    }
    println!(
        "new connections:     {:>10.0} a second",
        f64::from(connections) / start.elapsed().as_secs_f64()
    );
    let small = run(&mut fabric, client, 60, 4_000_000, connections);
    println!("100-byte packets:    {small:>10.0} a second");
    let large = run(&mut fabric, client, 65_495, 400_000, connections);
    println!(
        "64 KiB segments:     {large:>10.0} a second, {:.1} GB/s",
        large * 65_535.0 / 1e9
    );
}

/// Packets a second, forwarded over all connections in turn. The sender's own work, which is to
/// fill a buffer, is left out of the time by taking the buffer that came out back.
fn run(fabric: &mut Fabric, client: PortId, payload: usize, count: u32, connections: u16) -> f64 {
    let payload = vec![0xa5; payload];
    let templates: Vec<Packet> = (0..connections)
        .map(|port| {
            let source = SocketAddrV4::new(CLIENT, 10_000 + port);
            TcpSegment {
                source,
                destination: ENDPOINT,
                sequence: 2,
                acknowledgment: 1,
                flags: tcp_flags::ACK,
                payload: &payload,
            }
            .packet(Checksum::Partial)
        })
        .collect();
    let headers: Vec<Vec<u8>> = templates
        .iter()
        .map(|packet| packet.bytes.iter().take(40).copied().collect())
        .collect();
    let Some(mut packet) = templates.into_iter().next() else {
        return 0.0;
    };
    let mut out = Vec::with_capacity(1);
    let start = Instant::now();
    for header in headers
        .iter()
        .cycle()
        .take(usize::try_from(count).unwrap_or(0))
    {
        if let Some(place) = packet.bytes.get_mut(..40) {
            place.copy_from_slice(header);
        }
        let disposition = fabric.inject(client, packet, Time::ZERO, &mut out);
        assert_eq!(disposition, Disposition::Delivered);
        match out.pop() {
            Some((_, next)) => packet = next,
            None => return 0.0,
        }
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}
