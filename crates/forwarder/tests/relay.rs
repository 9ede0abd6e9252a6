//! Real sockets on loopback: bytes, half-close, health, draining.
#![cfg(test)]

use forwarder::supervisor::{Ended, Options, Running, start};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use topology::model::relay::{ProxyProtocol, RelayConfig, RelayHealth, RelayListener};

const LOCAL: &str = "127.0.0.1:0";

async fn relay_to(upstream: SocketAddr) -> Running {
    relay_with(upstream, ProxyProtocol::Off).await
}

async fn relay_with(upstream: SocketAddr, proxy_protocol: ProxyProtocol) -> Running {
    let config = RelayConfig {
        version: 1,
        listeners: vec![RelayListener {
            listen: LOCAL.parse().unwrap(),
            to: vec![upstream.to_string()],
            proxy_protocol,
        }],
        health: Some(RelayHealth {
            listen: LOCAL.parse().unwrap(),
            path: "/healthz".to_owned(),
        }),
        drain_seconds: 1,
    };
    start(&config, Options::default()).await.unwrap()
}

async fn probe(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn bytes_pass_both_ways_and_a_half_close_stays_one() {
    let upstream = TcpListener::bind(LOCAL).await.unwrap();
    let running = relay_to(upstream.local_addr().unwrap()).await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = upstream.accept().await.unwrap();
        let mut request = Vec::new();
        // Ends only when the client's FIN came through; the other direction must still work then.
        stream.read_to_end(&mut request).await.unwrap();
        request.reverse();
        stream.write_all(&request).await.unwrap();
    });
    let mut client = TcpStream::connect(running.addresses[0]).await.unwrap();
    let sent: Vec<u8> = (0..3_000_000_u32)
        .map(|n| u8::try_from(n % 251).unwrap())
        .collect();
    client.write_all(&sent).await.unwrap();
    client.shutdown().await.unwrap();
    let mut received = Vec::new();
    client.read_to_end(&mut received).await.unwrap();
    received.reverse();
    assert!(
        received == sent,
        "{} bytes of {}",
        received.len(),
        sent.len()
    );
    server.await.unwrap();
    assert_eq!(
        running
            .stop(Duration::from_secs(5), std::future::pending())
            .await,
        Ended::Gracefully
    );
}

/// A PROXY protocol v2 header with this command and these addresses.
fn header(command: u8, addresses: &[u8]) -> Vec<u8> {
    let mut all = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    all.extend([command, 0x11, 0, u8::try_from(addresses.len()).unwrap()]);
    all.extend(addresses);
    all
}

#[tokio::test]
async fn a_proxy_header_is_taken_off_and_without_one_no_upstream_is_asked() {
    let upstream = TcpListener::bind(LOCAL).await.unwrap();
    let running = relay_with(upstream.local_addr().unwrap(), ProxyProtocol::Required).await;
    let mut plain = TcpStream::connect(running.addresses[0]).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let error = plain.read(&mut [0; 1]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let mut client = TcpStream::connect(running.addresses[0]).await.unwrap();
    let mut sent = header(0x21, &[192, 168, 0, 4, 192, 168, 0, 5, 1, 2, 1, 187]);
    sent.extend(b"hello");
    client.write_all(&sent).await.unwrap();
    client.shutdown().await.unwrap();
    // The first that the upstream accepts is the one with a header.
    let (mut server, _) = upstream.accept().await.unwrap();
    let mut received = Vec::new();
    server.read_to_end(&mut received).await.unwrap();
    assert_eq!(received, b"hello");
    running.stop(Duration::ZERO, std::future::pending()).await;
}

#[tokio::test]
async fn what_is_read_in_search_of_a_header_reaches_the_upstream() {
    let upstream = TcpListener::bind(LOCAL).await.unwrap();
    let running = relay_with(upstream.local_addr().unwrap(), ProxyProtocol::Optional).await;
    let mut client = TcpStream::connect(running.addresses[0]).await.unwrap();
    client.write_all(b"\r\nhello").await.unwrap();
    client.shutdown().await.unwrap();
    let (mut server, _) = upstream.accept().await.unwrap();
    let mut received = Vec::new();
    server.read_to_end(&mut received).await.unwrap();
    assert_eq!(received, b"\r\nhello");
    running.stop(Duration::ZERO, std::future::pending()).await;
}

#[tokio::test]
async fn a_probe_may_begin_with_a_proxy_header() {
    let upstream = TcpListener::bind(LOCAL).await.unwrap();
    let running = relay_with(upstream.local_addr().unwrap(), ProxyProtocol::Required).await;
    for before in [header(0x20, &[]), header(0x20, &[0; 12]), Vec::new()] {
        let mut stream = TcpStream::connect(running.addresses[1]).await.unwrap();
        stream.write_all(&before).await.unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    running.stop(Duration::ZERO, std::future::pending()).await;
}

#[tokio::test]
async fn health_is_green_only_while_the_upstream_answers() {
    let upstream = TcpListener::bind(LOCAL).await.unwrap();
    let running = relay_to(upstream.local_addr().unwrap()).await;
    let health = running.addresses[1];
    let green = probe(health, "/healthz").await;
    assert!(green.starts_with("HTTP/1.1 200"), "{green}");
    assert!(probe(health, "/other").await.starts_with("HTTP/1.1 404"));
    drop(upstream);
    let red = probe(health, "/healthz").await;
    assert!(
        red.starts_with("HTTP/1.1 503") && red.contains("refused"),
        "{red}"
    );
    running.stop(Duration::ZERO, std::future::pending()).await;
}

#[tokio::test]
async fn draining_turns_health_red_and_lets_a_connection_end() {
    let upstream = TcpListener::bind(LOCAL).await.unwrap();
    let running = relay_to(upstream.local_addr().unwrap()).await;
    let (listen, health) = (running.addresses[0], running.addresses[1]);
    let mut client = TcpStream::connect(listen).await.unwrap();
    let (mut server, _) = upstream.accept().await.unwrap();
    let stopping = tokio::spawn(running.stop(Duration::from_secs(30), std::future::pending()));
    // The listener is closed once connecting is refused; the phase has then been reached.
    while TcpStream::connect(listen).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let red = probe(health, "/healthz").await;
    assert!(
        red.starts_with("HTTP/1.1 503") && red.contains("draining"),
        "{red}"
    );
    client.write_all(b"late").await.unwrap();
    client.shutdown().await.unwrap();
    let mut late = String::new();
    server.read_to_string(&mut late).await.unwrap();
    assert_eq!(late, "late");
    drop(server);
    assert_eq!(stopping.await.unwrap(), Ended::Gracefully);
}

#[tokio::test]
async fn a_connection_that_outlives_the_deadline_is_cut_and_counted() {
    let upstream = TcpListener::bind(LOCAL).await.unwrap();
    let running = relay_to(upstream.local_addr().unwrap()).await;
    let _client = TcpStream::connect(running.addresses[0]).await.unwrap();
    let _server = upstream.accept().await.unwrap();
    assert_eq!(
        running.stop(Duration::ZERO, std::future::pending()).await,
        Ended::Cut { connections: 1 }
    );
}

#[tokio::test]
async fn a_client_is_reset_when_no_upstream_answers() {
    let gone = TcpListener::bind(LOCAL)
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let running = relay_to(gone).await;
    // The reset may come before connecting has returned.
    let error = match TcpStream::connect(running.addresses[0]).await {
        Ok(mut client) => client.read(&mut [0; 1]).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    running.stop(Duration::ZERO, std::future::pending()).await;
}
