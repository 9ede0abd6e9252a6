//! The function app: see `crates/twin/tests` for the host; here only that its folder is complete.

use serde_json::Value;

#[test]
fn every_function_has_its_binding_and_the_host_file_names_the_program() {
    let app = testkit::root().join("functions/app");
    let host: Value =
        serde_json::from_slice(&std::fs::read(app.join("host.json")).unwrap()).unwrap();
    assert_eq!(
        host["customHandler"]["description"]["defaultExecutablePath"],
        "linkspan-functions"
    );
    let plan: Value =
        serde_json::from_slice(&std::fs::read(app.join("plan/function.json")).unwrap()).unwrap();
    assert_eq!(plan["bindings"][0]["type"], "httpTrigger");
}
