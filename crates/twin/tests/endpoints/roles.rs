//! What this program does when it is started by its own cases.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use twin::endpoints::Spawner;

use crate::world::{LEFT, role, spec};

pub(crate) fn play(words: &[String]) -> ExitCode {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["print", paths @ ..] => {
            for path in paths {
                print!(
                    "{}",
                    std::fs::read_to_string(path)
                        .unwrap_or_else(|error| format!("{path}: {error}\n"))
                );
            }
            ExitCode::SUCCESS
        }
        ["exit", code] => ExitCode::from(code.parse::<u8>().unwrap()),
        ["identity"] => {
            println!(
                "uid {} host {:?}",
                nix::unistd::getuid(),
                nix::unistd::gethostname().unwrap()
            );
            ExitCode::SUCCESS
        }
        ["sleep"] => {
            println!("asleep");
            std::thread::sleep(Duration::from_mins(1));
            ExitCode::SUCCESS
        }
        ["echo", port] => {
            let listener = TcpListener::bind(("0.0.0.0", port.parse().unwrap())).unwrap();
            println!("listening");
            let (mut stream, _) = listener.accept().unwrap();
            std::io::copy(&mut stream.try_clone().unwrap(), &mut stream).unwrap();
            ExitCode::SUCCESS
        }
        ["ask", address] => {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"hello").unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            println!("{answer}");
            ExitCode::SUCCESS
        }
        // A whole twin: helper, endpoint, process, then wait to be killed.
        ["hold"] => {
            let spawner = Spawner::start().unwrap();
            let endpoint = spawner
                .create(&spec("held", LEFT, twin::endpoints::Backend::Auto))
                .unwrap();
            let process = endpoint.spawn(role(&["sleep"])).unwrap();
            println!("{}", process.pid().unwrap());
            std::thread::sleep(Duration::from_mins(1));
            ExitCode::SUCCESS
        }
        _ => ExitCode::from(99),
    }
}
