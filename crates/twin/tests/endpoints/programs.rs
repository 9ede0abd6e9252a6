//! Programs inside an endpoint.

use std::os::unix::process::ExitStatusExt;

use nix::poll::PollFlags;
use twin::endpoints::{Backend, EndpointError, EndpointSpec, SpawnCommand};

use crate::Outcome;
use crate::world::{LEFT, RIGHT, World, chain, output, pipe, role, spec, wait_for};

fn with_files(files: &[(&str, &str)]) -> EndpointSpec {
    EndpointSpec {
        files: files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect(),
        ..spec("testvm", LEFT, Backend::Auto)
    }
}

pub(crate) fn program_sees_bound_files(world: &World) -> Outcome {
    let files = [
        ("/etc/resolv.conf", "nameserver 168.63.129.16\n"),
        ("/etc/hosts", "127.0.0.1 localhost\n"),
    ];
    let host = std::fs::read("/etc/hosts").ok();
    let endpoint = world.endpoint(&with_files(&files));
    let (code, text) = output(
        &endpoint,
        role(&["print", "/etc/resolv.conf", "/etc/hosts"]),
    );
    assert_eq!(
        (code, text.as_str()),
        (0, "nameserver 168.63.129.16\n127.0.0.1 localhost\n")
    );
    let (_, text) = output(&endpoint, role(&["identity"]));
    assert_eq!(text, "uid 0 host \"testvm\"\n");
    assert_eq!(
        std::fs::read("/etc/hosts").ok(),
        host,
        "the host's own file is as it was"
    );
    Outcome::Passed
}

pub(crate) fn program_sees_files_where_the_host_has_none(world: &World) -> Outcome {
    let files = [
        ("/etc/linkspan-none/deeper/one.pem", "one\n"),
        ("/etc/linkspan-none.conf", "two\n"),
    ];
    let endpoint = world.endpoint(&with_files(&files));
    let (_, text) = output(
        &endpoint,
        role(&["print", files[0].0, files[1].0, "/etc/passwd"]),
    );
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    assert_eq!(text, format!("one\ntwo\n{passwd}"));
    assert!(
        !std::path::Path::new("/etc/linkspan-none").exists(),
        "nothing is made on the host"
    );
    Outcome::Passed
}

pub(crate) fn program_has_its_own_files_besides(world: &World) -> Outcome {
    let endpoint = world.endpoint(&with_files(&[
        ("/etc/linkspan-a", "a\n"),
        ("/etc/hosts", "endpoint\n"),
    ]));
    let mut command = role(&["print", "/etc/linkspan-a", "/etc/linkspan-b", "/etc/hosts"]);
    command.files = vec![
        ("/etc/linkspan-b".to_owned(), b"b\n".to_vec()),
        ("/etc/hosts".to_owned(), b"program\n".to_vec()),
    ];
    assert_eq!(output(&endpoint, command).1, "a\nb\nprogram\n");
    let (_, text) = output(&endpoint, role(&["print", "/etc/hosts", "/etc/linkspan-b"]));
    assert!(
        text.starts_with("endpoint\n/etc/linkspan-b: No such file"),
        "{text}"
    );
    Outcome::Passed
}

pub(crate) fn program_is_found_on_its_path(world: &World) -> Outcome {
    let endpoint = world.endpoint(&with_files(&[]));
    let command = SpawnCommand {
        program: "sh".into(),
        args: vec!["-c".into(), "echo $WORD; pwd".into()],
        env: vec![
            ("PATH".into(), "/nowhere:/usr/bin:/bin".into()),
            ("WORD".into(), "heard".into()),
        ],
        cwd: Some("/usr".into()),
        ..SpawnCommand::default()
    };
    assert_eq!(output(&endpoint, command), (0, "heard\n/usr\n".to_owned()));
    Outcome::Passed
}

pub(crate) fn missing_program_is_an_error(world: &World) -> Outcome {
    let endpoint = world.endpoint(&with_files(&[]));
    let command = SpawnCommand {
        program: "/nowhere/at-all".into(),
        ..SpawnCommand::default()
    };
    let error = endpoint.spawn(command).unwrap_err();
    assert!(matches!(error, EndpointError::Step { .. }));
    assert_eq!(
        chain(&error),
        "cannot start `/nowhere/at-all`: No such file or directory (os error 2)"
    );
    assert_eq!(
        output(&endpoint, role(&["exit", "0"])).0,
        0,
        "the endpoint goes on"
    );
    Outcome::Passed
}

pub(crate) fn exit_status_and_signals_are_told(world: &World) -> Outcome {
    let endpoint = world.endpoint(&with_files(&[]));
    assert_eq!(output(&endpoint, role(&["exit", "42"])).0, 42);
    let sleeper = endpoint.spawn(role(&["sleep"])).unwrap();
    assert!(sleeper.try_wait().unwrap().is_none());
    let pid = sleeper.pid().unwrap();
    assert!(std::path::Path::new(&format!("/proc/{pid}")).exists());
    sleeper.signal(libc::SIGTERM).unwrap();
    let status = world.runtime.block_on(sleeper.exited()).unwrap();
    assert_eq!(status.signal(), Some(libc::SIGTERM));
    assert_eq!(sleeper.wait().unwrap(), status, "told as often as asked");
    sleeper.kill().unwrap();
    Outcome::Passed
}

pub(crate) fn program_listens_inside(world: &World) -> Outcome {
    let (left, right, wire) = world.pair(Backend::Auto, Backend::Auto);
    let (read, write) = pipe();
    let server = right
        .spawn(SpawnCommand {
            stdout: Some(write),
            ..role(&["echo", "443"])
        })
        .unwrap();
    wait_for(&read, PollFlags::POLLIN);
    assert_eq!(
        output(&left, role(&["ask", &format!("{RIGHT}:443")])),
        (0, "hello\n".to_owned())
    );
    assert!(server.wait().unwrap().success());
    world.cut(wire);
    Outcome::Passed
}
