//! DNS at 168.63.129.16: each virtual network hears its own zones.
//!
//! Who asks is told by the address that the packet engine gives each port towards the host,
//! because addresses of virtual networks overlap.

use super::names::Answer;
use hickory_proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RData, Record, RecordType, rdata::A},
};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UdpSocket},
};

/// Answers for the asker at an address.
pub(crate) trait Resolver: Send + Sync + 'static {
    /// What the asker hears about `host`.
    fn answer(&self, asker: IpAddr, host: &str) -> Answer;
}

const IDLE: Duration = Duration::from_secs(10);

/// Answers datagrams until the socket ends.
pub(crate) async fn serve_udp(socket: UdpSocket, resolver: Arc<dyn Resolver>) {
    let mut buffer = vec![0; 4096];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, peer)) => {
                if let Some(answer) = reply(
                    buffer.get(..length).unwrap_or_default(),
                    peer,
                    resolver.as_ref(),
                ) && let Err(error) = socket.send_to(&answer, peer).await
                {
                    tracing::debug!(%error, "a DNS answer was not sent");
                }
            }
            // A peer that has gone shows up as an error of the next read.
            Err(error) => {
                tracing::debug!(%error, "no DNS question");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

/// Answers connections until the listener ends.
pub(crate) async fn serve_tcp(listener: TcpListener, resolver: Arc<dyn Resolver>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let resolver = Arc::clone(&resolver);
                tokio::spawn(async move {
                    if let Ok(Err(error)) =
                        tokio::time::timeout(IDLE, converse(stream, peer, resolver)).await
                    {
                        tracing::trace!(%error, "a DNS connection ended");
                    }
                });
            }
            Err(error) => {
                tracing::debug!(%error, "no DNS connection");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

async fn converse(
    mut stream: TcpStream,
    peer: SocketAddr,
    resolver: Arc<dyn Resolver>,
) -> io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut question = vec![0; usize::from(length)];
        stream.read_exact(&mut question).await?;
        let Some(answer) = reply(&question, peer, resolver.as_ref()) else {
            return Ok(());
        };
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        stream
            .write_all(&[length.to_be_bytes().as_slice(), &answer].concat())
            .await?;
    }
}

/// The answer to one message; none if it is no question.
fn reply(bytes: &[u8], peer: SocketAddr, resolver: &dyn Resolver) -> Option<Vec<u8>> {
    let question = Message::from_vec(bytes).ok()?;
    if question.metadata.message_type != MessageType::Query {
        return None;
    }
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_queries(question.queries.clone());
    let [query] = question.queries.as_slice() else {
        answer.metadata.response_code = ResponseCode::FormErr;
        return answer.to_vec().ok();
    };
    if question.metadata.op_code != OpCode::Query {
        answer.metadata.response_code = ResponseCode::NotImp;
        return answer.to_vec().ok();
    }
    let name = query.name().to_ascii();
    let heard = resolver.answer(peer.ip(), &name);
    tracing::debug!(%peer, name, kind = %query.query_type(), ?heard, "DNS");
    match heard {
        Answer::Addresses(ttl, addresses) => {
            if matches!(query.query_type(), RecordType::A | RecordType::ANY) {
                for address in addresses {
                    answer.add_answer(Record::from_rdata(
                        query.name().clone(),
                        ttl,
                        RData::A(A(address)),
                    ));
                }
            }
        }
        Answer::NoSuchName | Answer::NotCovered => {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
    }
    answer.to_vec().ok()
}

/// A question for the A records of a name; `None` if it is no name.
pub(crate) fn question(host: &str) -> Option<Vec<u8>> {
    let mut name = Name::from_ascii(host).ok()?;
    name.set_fqdn(true);
    let mut message = Message::new(
        uuid::Uuid::new_v4().as_fields().1,
        MessageType::Query,
        OpCode::Query,
    );
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(name, RecordType::A));
    message.to_vec().ok()
}

/// The first address of an answer.
pub(crate) fn first_address(bytes: &[u8]) -> Option<Ipv4Addr> {
    let message = Message::from_vec(bytes).ok()?;
    message
        .answers
        .iter()
        .find_map(|record| match &record.data {
            RData::A(A(address)) => Some(*address),
            _ => None,
        })
}
