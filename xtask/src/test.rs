//! `cargo xtask test`: everything; `--fast`: the part under three minutes.

use crate::{e2e, exports, format, fuzz, setup, tally::Tally, tidy, wasm, web};
use std::process::Command;

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(wasm::root()).args(args);
    command
}

/// Crates that build in seconds: their tests are the fast part.
const FAST: [&str; 6] = [
    "topology",
    "fabric",
    "forwarder",
    "functions-runtime",
    "agreement",
    "xtask",
];

/// Runs the tests; true if nothing failed.
pub(crate) fn run(fast: bool) -> bool {
    let mut tally = Tally::default();
    tally.check("tidy", tidy::run());
    tally.check("format", format::run(&["--check"]));
    if fast {
        let packages: Vec<&str> = FAST.iter().flat_map(|name| ["--package", name]).collect();
        tally.command(
            "unit tests",
            cargo(&["test", "--quiet", "--no-fail-fast"]).args(&packages),
        );
        return tally.finish();
    }
    let tools = setup::tools(&mut tally);
    tally.command(
        "lints",
        &mut cargo(&[
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]),
    );
    tally.command(
        "programs",
        &mut cargo(&["build", "--quiet", "--workspace", "--bins"]),
    );
    tally.command(
        "tests",
        cargo(&["test", "--quiet", "--workspace", "--no-fail-fast"])
            .env("LINKSPAN_BIN_DIR", wasm::target_dir().join("debug")),
    );
    tally.check(
        "core for the browser",
        wasm::cargo_build(&["--package", "topology", "--package", "fabric"]).map(|_| true),
    );
    if tools.node {
        tally.check("planner page", web::build().map(|()| true));
        if let Some(chromium) = &tools.chromium {
            web::test(&mut tally, chromium);
        }
    }
    tally.check("mutated inputs", fuzz::run(&["--seconds", "20"]));
    fuzz::test(&mut tally);
    exports::parse(&mut tally);
    exports::on_twin(&mut tally);
    e2e::cases(&mut tally, &[]);
    tally.finish()
}
