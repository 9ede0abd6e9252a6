//! The function app under the small Functions host: the real program, the host's environment and
//! wire format, over HTTP.
#![cfg(test)]

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use twin::functions_host::FunctionsHost;

async fn post(host: &FunctionsHost, path: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(host.address()).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: text/yaml\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_posted_manifest_is_answered_with_its_plan_or_its_findings() {
    let app = testkit::root().join("functions/app");
    let program = testkit::programs().join("linkspan-functions");
    let host = FunctionsHost::start(&app, &program, &[]).await.unwrap();
    let example =
        std::fs::read_to_string(testkit::root().join("examples/internal-apim.yaml")).unwrap();

    let (status, plan) = post(&host, "/api/plan", &example).await;
    assert_eq!(status, 200, "{plan}");
    let steps = plan["steps"].as_array().unwrap();
    assert!(
        steps.len() > 15 && steps.iter().all(|step| step["action"] == "create"),
        "{plan}"
    );

    let broken = example.replace("visibility: [partner]", "visibility: []");
    let (status, findings) = post(&host, "/api/plan", &broken).await;
    assert_eq!(status, 400);
    let found = findings["findings"].as_array().unwrap();
    assert!(
        found
            .iter()
            .any(|finding| finding["code"] == "PLS017" && finding["line"].is_u64()),
        "{findings}"
    );

    assert_eq!(post(&host, "/api/none", "").await.0, 404);
    host.shutdown().await.unwrap();
}
