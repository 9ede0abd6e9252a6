//! ICMP errors: they belong to the connection whose packet they quote, and are translated with it.
//!
//! Source: RFC 5508, section 4.2.

use crate::{
    PortId,
    flows::Key,
    packet::{Head, TCP, UDP, be16, fill_icmp, fill_ip},
    walk::Ends,
};
use std::net::Ipv4Addr;

/// Destination unreachable, source quench, time exceeded, parameter problem.
pub(crate) fn is_error(kind: u8) -> bool {
    matches!(kind, 3 | 4 | 11 | 12)
}

/// What an answer to the quoted packet would look like, sent by `port`.
pub(crate) fn quoted(port: PortId, bytes: &[u8], head: &Head) -> Option<Key> {
    let quote = bytes.get(head.header_length.checked_add(8)?..)?;
    let fixed = quote.first_chunk::<20>()?;
    let protocol = fixed[9];
    let [a, b, c, d] = *quote
        .get(usize::from(fixed[0] & 15) * 4..)?
        .first_chunk::<4>()?;
    let (source_port, destination_port) = if protocol == TCP || protocol == UDP {
        (be16(a, b), be16(c, d))
    } else {
        return None;
    };
    Some(Key {
        port,
        protocol,
        source: Ipv4Addr::new(fixed[16], fixed[17], fixed[18], fixed[19]),
        source_port: destination_port,
        destination: Ipv4Addr::new(fixed[12], fixed[13], fixed[14], fixed[15]),
        destination_port: source_port,
    })
}

/// Rewrites the error and its quote as an answer with `ends` would be.
pub(crate) fn translate(bytes: &mut [u8], head: &Head, ends: &Ends) {
    let Some((header, message)) = bytes.split_at_mut_checked(head.header_length) else {
        return;
    };
    write_addresses(header, *ends.source.ip(), *ends.destination.ip());
    fill_ip(header);
    if let Some(quote) = message.get_mut(8..) {
        let length = usize::from(quote.first().copied().unwrap_or_default() & 15) * 4;
        if let Some((header, rest)) = quote.split_at_mut_checked(length) {
            write_addresses(header, *ends.destination.ip(), *ends.source.ip());
            fill_ip(header);
            if let Some(ports) = rest.first_chunk_mut::<4>() {
                [ports[0], ports[1]] = ends.destination.port().to_be_bytes();
                [ports[2], ports[3]] = ends.source.port().to_be_bytes();
            }
        }
    }
    fill_icmp(message);
}

fn write_addresses(header: &mut [u8], source: Ipv4Addr, destination: Ipv4Addr) {
    if let Some(fixed) = header.first_chunk_mut::<20>() {
        [fixed[12], fixed[13], fixed[14], fixed[15]] = source.octets();
        [fixed[16], fixed[17], fixed[18], fixed[19]] = destination.octets();
    }
}
