//! Headers as bytes, whole, cut and wrong.

use super::*;

/// A header with this command, family and rest.
fn bytes(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let mut all = SIGNATURE.to_vec();
    all.extend([command, family]);
    all.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
    all.extend(rest);
    all
}

/// From 192.168.0.4:50000 to 192.168.0.5:443, LINKID 0x11223344, as the documentation lays it out.
fn of_azure() -> Vec<u8> {
    let mut rest = vec![192, 168, 0, 4, 192, 168, 0, 5, 0xC3, 0x50, 0x01, 0xBB];
    rest.extend([0xEE, 0, 5, 1, 0x44, 0x33, 0x22, 0x11]);
    bytes(0x21, 0x11, &rest)
}

fn azure_says() -> Header {
    Header {
        addresses: Some((
            "192.168.0.4:50000".parse().unwrap(),
            "192.168.0.5:443".parse().unwrap(),
        )),
        link_id: Some(0x1122_3344),
    }
}

/// What is read of these bytes, sent in pieces of this size, and what is left for the connection.
async fn read_in(
    bytes: &[u8],
    piece: usize,
    mode: ProxyProtocol,
) -> (Result<Beginning, HeaderError>, Vec<u8>) {
    let (mut client, mut server) = tokio::io::duplex(piece);
    let bytes = bytes.to_vec();
    let sending = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        // The reader may refuse and go.
        drop(client.write_all(&bytes).await);
    });
    let beginning = read(&mut server, mode).await;
    let mut left = Vec::new();
    if beginning.is_ok() {
        server.read_to_end(&mut left).await.unwrap();
    }
    drop(server);
    sending.await.unwrap();
    (beginning, left)
}

#[tokio::test]
async fn a_header_is_taken_off_however_it_is_cut_and_nothing_behind_it_is() {
    let mut all = of_azure();
    all.extend(b"GET /");
    for piece in 1..=all.len() {
        for mode in [ProxyProtocol::Optional, ProxyProtocol::Required] {
            let (beginning, left) = read_in(&all, piece, mode).await;
            assert_eq!(beginning, Ok(Beginning::Header(azure_says())), "{piece}");
            assert_eq!(left, b"GET /", "{piece}");
        }
    }
    // Where none is expected it is the client's own.
    let (beginning, left) = read_in(&all, 64, ProxyProtocol::Off).await;
    assert_eq!(beginning, Ok(Beginning::Plain(Vec::new())));
    assert_eq!(left, all);
}

#[tokio::test]
async fn what_is_no_header_is_the_clients_own_where_that_may_be() {
    for own in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\x16\x03\x01",
        b"\r\n\r\n\0\r\nQUIz",
        b"\r",
        b"",
    ] {
        for piece in [1, 5, 64] {
            let (beginning, left) = read_in(own, piece, ProxyProtocol::Optional).await;
            let Ok(Beginning::Plain(mut read)) = beginning else {
                panic!("{own:?}: {beginning:?}");
            };
            read.extend(left);
            assert_eq!(read, own);
            let (beginning, _) = read_in(own, piece, ProxyProtocol::Required).await;
            assert_eq!(beginning, Err(HeaderError::Absent), "{own:?}");
        }
    }
}

#[tokio::test]
async fn a_header_that_ends_early_is_refused() {
    let all = of_azure();
    for length in SIGNATURE.len()..all.len() {
        for mode in [ProxyProtocol::Optional, ProxyProtocol::Required] {
            let (beginning, _) = read_in(&all[..length], 64, mode).await;
            let wanted = HeaderError::Ended(io::ErrorKind::UnexpectedEof);
            assert_eq!(beginning, Err(wanted), "{length}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_a_header() {
    let all = of_azure();
    for sent in [0, 1, 20] {
        let (mut client, mut server) = tokio::io::duplex(64);
        tokio::io::AsyncWriteExt::write_all(&mut client, &all[..sent])
            .await
            .unwrap();
        let late = read(&mut server, ProxyProtocol::Required).await;
        assert_eq!(late, Err(HeaderError::Late));
    }
    // A client that waits for the server to speak first.
    let (_client, mut server) = tokio::io::duplex(64);
    let silent = read(&mut server, ProxyProtocol::Optional).await;
    assert_eq!(silent, Ok(Beginning::Plain(Vec::new())));
}

#[tokio::test]
async fn the_longest_header_is_read_and_no_more() {
    let mut rest = vec![0; 12];
    rest.extend([0x04, 0xFF, 0xF0]);
    rest.resize(usize::from(u16::MAX), 0);
    let mut all = bytes(0x21, 0x11, &rest);
    all.push(b'x');
    let (beginning, left) = read_in(&all, 1000, ProxyProtocol::Required).await;
    assert!(
        matches!(beginning, Ok(Beginning::Header(_))),
        "{beginning:?}"
    );
    assert_eq!(left, b"x");
}

#[test]
fn commands_families_and_values() {
    let nobody = Ok(Header::default());
    let v4 = [10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2];
    let with = |values: &[u8]| [&v4[..], values].concat();
    let found = |link_id| {
        let addresses = Some(("10.0.0.1:1".parse().unwrap(), "10.0.0.2:2".parse().unwrap()));
        Ok(Header { addresses, link_id })
    };
    let v6 = [[0xFD; 16], [0xFE; 16]].concat();
    let v6 = [&v6[..], &[0, 1, 0, 2]].concat();
    let of_v6 = Header {
        addresses: Some((
            SocketAddr::new([0xFD; 16].into(), 1),
            SocketAddr::new([0xFE; 16].into(), 2),
        )),
        link_id: None,
    };
    let cases: &[(u8, u8, &[u8], Result<Header, HeaderError>)] = &[
        // Probes: local, with and without something to skip, and a client that is not known.
        (0x20, 0x00, &[], nobody),
        (0x20, 0x11, &v4, Ok(Header::default())),
        (0x20, 0x11, &[1], Ok(Header::default())),
        (0x21, 0x00, &[], Ok(Header::default())),
        (0x21, 0x00, &[1, 2, 3], Ok(Header::default())),
        // Addresses.
        (0x21, 0x11, &v4, found(None)),
        (0x21, 0x21, &v6, Ok(of_v6)),
        (0x21, 0x31, &[0; 216], Ok(Header::default())),
        // The LINKID, before and behind other values, and things that only look like one.
        (
            0x21,
            0x11,
            &with(&[0xEE, 0, 5, 1, 1, 0, 0, 0]),
            found(Some(1)),
        ),
        (
            0x21,
            0x11,
            &with(&[4, 0, 1, 9, 0xEE, 0, 5, 1, 0, 0, 0, 1, 4, 0, 0]),
            found(Some(1 << 24)),
        ),
        (0x21, 0x11, &with(&[0xEE, 0, 5, 2, 1, 0, 0, 0]), found(None)),
        (0x21, 0x11, &with(b"\xEE\0\x07\x01LINKID"), found(None)),
        // Cut and wrong.
        (0x21, 0x11, &v4[..11], Err(HeaderError::Malformed)),
        (0x21, 0x21, &v6[..35], Err(HeaderError::Malformed)),
        (0x21, 0x11, &with(&[4]), Err(HeaderError::Malformed)),
        (
            0x21,
            0x11,
            &with(&[4, 0, 2, 1]),
            Err(HeaderError::Malformed),
        ),
        (0x22, 0x11, &v4, Err(HeaderError::Command(0x22))),
        (0x11, 0x11, &v4, Err(HeaderError::Command(0x11))),
    ];
    for (command, family, rest, wanted) in cases {
        assert_eq!(
            &parse(*command, *family, rest),
            wanted,
            "{command:x} {family:x} {rest:?}"
        );
    }
}
