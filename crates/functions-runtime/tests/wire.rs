//! The host's wire format over real HTTP.
#![cfg(test)]

use functions_runtime::{FunctionError, FunctionEvent, HttpRequest, HttpResponse, Router};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

async fn echo(event: FunctionEvent<HttpRequest>) -> Result<HttpResponse, FunctionError> {
    match event.data.text()?.as_str() {
        "panic" => panic!("as asked"),
        "fail" => Err(FunctionError::again("as asked")),
        text => Ok(HttpResponse::json(
            201,
            json!({ "text": text, "id": event.context.invocation_id }),
        )),
    }
}

async fn count(event: FunctionEvent<u32>) -> Result<(), FunctionError> {
    if event.data == 4 {
        Ok(())
    } else {
        Err(FunctionError::never(event.data))
    }
}

async fn call(request: &str, body: &str) -> (u16, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .function("Echo", echo)
        .function("count", count);
    let server = tokio::spawn(functions_runtime::serve(listener, router));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nX-Azure-Functions-InvocationId: 42\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();
    let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
    (status, answer)
}

fn enveloped(body: &str) -> String {
    json!({
        "Data": { "req": {
            "Url": "http://localhost/api/echo", "Method": "POST", "Query": {}, "Params": {}, "Identities": [],
            "Headers": { "Content-Type": ["text/plain"] }, "Body": body,
        } },
        "Metadata": { "sys": { "MethodName": "Echo" } },
    })
    .to_string()
}

#[tokio::test]
async fn any_get_of_the_root_says_ready() {
    assert_eq!(call("GET /", "").await.0, 200);
}

#[tokio::test]
async fn an_http_trigger_answers_as_json_with_a_status_in_words() {
    let (status, answer) = call("POST /Echo", &enveloped("abcd")).await;
    assert_eq!(status, 200);
    assert!(
        answer
            .to_ascii_lowercase()
            .contains("content-type: application/json"),
        "{answer}"
    );
    let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(body["Outputs"]["res"]["statusCode"], "201");
    assert_eq!(
        body["Outputs"]["res"]["body"],
        json!({ "text": "abcd", "id": "42" })
    );
}

#[tokio::test]
async fn failures_are_not_2xx() {
    for (request, body, status) in [
        ("POST /Echo", enveloped("panic"), 500),
        ("POST /Echo", enveloped("fail"), 500),
        ("POST /Nobody", enveloped("x"), 404),
        ("POST /Echo", "no json".to_owned(), 400),
        ("POST /count", json!({"Data": {"n": "5"}}).to_string(), 500),
    ] {
        assert_eq!(call(request, &body).await.0, status, "{request} {body}");
    }
}

#[tokio::test]
async fn a_success_without_outputs_still_has_a_body() {
    let (status, answer) = call("POST /count", &json!({"Data": {"n": "4"}}).to_string()).await;
    assert_eq!(status, 200);
    assert!(answer.ends_with('}'), "{answer}");
}
