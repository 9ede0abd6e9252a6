//! What is not known draws no consequences: one finding where it stands, and none beyond.

use super::{imported, options};
use topology::{
    diagnose,
    import::Options,
    render::{self, exporter},
    source::SourceMap,
};

/// Codes of everything that is wrong with a template with these resources, sorted.
fn codes(resources: &str) -> Vec<&'static str> {
    let text = format!(
        r#"{{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
          "contentVersion": "1.0.0.0", "parameters": {{ "unset": {{ "type": "string" }} }}, "resources": [ {resources} ] }}"#
    );
    let how = Options {
        check: true,
        ..options()
    };
    let found = imported(&[("t.json", &text)], &how);
    let mut codes: Vec<&str> = found.findings.iter().map(|one| one.code).collect();
    codes.sort_unstable();
    codes
}

fn group(rules: &str) -> String {
    format!(
        r#"{{ "type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2024-03-01", "name": "g", "location": "uksouth",
          "properties": {{ "securityRules": [ {rules} ] }} }},
          {{ "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-03-01", "name": "v", "location": "uksouth", "properties": {{
            "addressSpace": {{ "addressPrefixes": [ "10.0.0.0/16" ] }}, "subnets": [ {{ "name": "s", "properties": {{
              "addressPrefix": "10.0.0.0/24", "defaultOutboundAccess": false,
              "networkSecurityGroup": {{ "id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'g')]" }} }} }} ] }} }}"#
    )
}

fn rule(name: &str, priority: &str, port: &str) -> String {
    format!(
        r#"{{ "name": "{name}", "properties": {{ "priority": {priority}, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
          "sourceAddressPrefix": "10.9.0.0/16", "sourcePortRange": "*", "destinationAddressPrefix": "10.0.0.0/24", "destinationPortRange": {port} }} }}"#
    )
}

#[test]
fn a_value_that_does_not_fit_is_one_finding() {
    let good = group(&rule("a", "200", "\"443\""));
    let before = codes(&good);
    for bad in [
        group(&rule("a", "[200]", "\"443\"")),
        group(&rule("a", "200", "{}")),
        group(&rule("a", "true", "[443]")),
    ] {
        let mut expected = before.clone();
        let misfits = bad.matches("[200]").count()
            + bad.matches("\"destinationPortRange\": {}").count()
            + bad.matches("\"priority\": true").count()
            + bad.matches("[443]").count();
        expected.extend(vec!["ARM002"; misfits]);
        expected.sort_unstable();
        assert_eq!(codes(&bad), expected, "{bad}");
    }
}

#[test]
fn what_is_wrong_beside_it_is_found_all_the_same() {
    // Two rules of one priority, and a third whose ports are no text.
    let both = group(&[rule("a", "200", "\"443\""), rule("b", "200", "\"444\"")].join(","));
    let expected = codes(&both);
    assert!(!expected.is_empty());
    let three = group(
        &[
            rule("a", "200", "\"443\""),
            rule("b", "200", "\"444\""),
            rule("c", "300", "{}"),
        ]
        .join(","),
    );
    let mut with_it = codes(&three);
    with_it.retain(|code| *code != "ARM002");
    assert_eq!(with_it, expected);
}

#[test]
fn what_only_azure_knows_is_not_missed() {
    // The relays need the record of the service, whose address is not known before it is there.
    let example = include_str!("../../../../examples/internal-apim.yaml");
    let diagnosis = diagnose(&SourceMap::of("example.yaml", example));
    let arm = exporter("arm").unwrap();
    let files = arm.export(&diagnosis.checked().unwrap(), &render::Options::default());
    let files = files.unwrap();
    let provider = files.iter().find(|file| file.path == "provider.json");
    let text = &provider.unwrap().text;
    let address = "reference(resourceId('Microsoft.ApiManagement/service', 'apim1449'), '2022-08-01').privateIPAddresses[0]";
    let told = "reference(resourceId('Other.Provider/things', 'one'), '2020-01-01').address";
    assert_eq!(text.matches(address).count(), 1, "{text}");
    let how = Options {
        check: true,
        ..Options::default()
    };
    let codes = |text: &str| -> Vec<&str> {
        let found = imported(&[("provider.json", text)], &how).findings;
        found.iter().map(|one| one.code).collect()
    };
    let known = codes(text);
    let unknown = codes(&text.replace(address, told));
    let mut expected = vec!["IMP006"];
    expected.extend(&known);
    assert_eq!(unknown, expected);
    // Without any record the relays do not find it, and that is said.
    let record = text.find("\"aRecords\"").unwrap();
    let none = format!("{}\"other\"{}", &text[..record], &text[record + 10..]);
    assert!(codes(&none).contains(&"FWD008"));
}
