//! Topologies of other shapes than the examples.

use super::{read, written};
use topology::{
    Checked, Topology,
    render::{ExportError, File, Options, Part, exporter},
};

const HEAD: &str = "
linkspan: v1
name: shapes
subscriptions:
  provider: { id: 22222222-2222-2222-2222-222222222222 }
  one: { id: 11111111-1111-1111-1111-111111111111 }
  two: { id: 33333333-3333-3333-3333-333333333333 }
resourceGroups:
  P: { subscription: provider, location: westus2 }
  A: { subscription: one, location: westus2 }
  B: { subscription: two, location: westus2 }
";

/// Direct Connect, no forwarder, two consumers.
const DIRECT: &str = "
virtualNetworks:
  Hub: { resourceGroup: P, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 }, sql: { addressPrefix: 10.0.2.0/24 } } }
  Near: { resourceGroup: A, addressPrefixes: [10.0.0.0/16], subnets: { default: { addressPrefix: 10.0.0.0/24 } } }
  Far: { resourceGroup: B, addressPrefixes: [10.0.0.0/16], subnets: { default: { addressPrefix: 10.0.0.0/24 } } }
privateLinkServices:
  Sql: { subnet: Hub/nat, natIPs: [10.0.1.4, 10.0.1.5], destinationIPAddress: 10.0.2.4, visibility: [one, two], autoApproval: [one] }
privateEndpoints:
  NearPE: { subnet: Near/default, service: Sql }
  FarPE: { subnet: Far/default, service: Sql, manual: true, requestMessage: 'from \"two\", it''s ${urgent} `now`' }
";

fn checked(rest: &str) -> Checked<Topology> {
    read(&format!("{HEAD}{rest}")).unwrap_or_else(|topology| {
        panic!("{:#?}", topology::rules::check(&topology));
    })
}

fn files(
    rest: &str,
    id: &str,
    part: Part,
    partner: Option<&str>,
) -> Result<Vec<File>, ExportError> {
    let options = Options {
        part,
        partner: partner.map(str::to_owned),
    };
    exporter(id).unwrap().export(&checked(rest), &options)
}

fn all_text(files: &[File]) -> String {
    files.iter().map(|file| file.text.as_str()).collect()
}

#[test]
fn several_partners_must_be_named() {
    let error = files(DIRECT, "arm", Part::Partner, None).unwrap_err();
    assert!(
        matches!(&error, ExportError::SeveralPartners { known } if known == &["one", "two"]),
        "{error}"
    );
    let error = files(DIRECT, "arm", Part::Partner, Some("three")).unwrap_err();
    assert!(error.to_string().contains("`three`"), "{error}");
    let named = files(DIRECT, "arm", Part::Partner, Some("two")).unwrap();
    assert!(all_text(&named).contains("FarPE") && !all_text(&named).contains("NearPE"));
}

#[test]
fn the_provider_has_what_no_partner_has() {
    let text = all_text(&files(DIRECT, "bicep", Part::Provider, None).unwrap());
    assert!(text.contains("destinationIPAddress: '10.0.2.4'"), "{text}");
    assert!(!text.contains("resource farPE") && !text.contains("resource nearPE"));
    assert!(
        text.contains("az network private-link-service show --ids"),
        "{text}"
    );
    assert!(text.contains("approves the connection by hand"), "{text}");
}

#[test]
fn a_topology_in_one_subscription_has_no_partner() {
    let one = "
virtualNetworks:
  Hub: { resourceGroup: P, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
";
    let error = files(one, "arm", Part::Partner, None).unwrap_err();
    assert!(matches!(error, ExportError::NoPartner), "{error}");
}

#[test]
fn request_messages_cannot_break_any_language() {
    let message = "from \"two\", it's ${urgent} `now`";
    let json: serde_json::Value = serde_json::from_str(
        &files(DIRECT, "arm", Part::Partner, Some("two"))
            .unwrap()
            .first()
            .unwrap()
            .text,
    )
    .unwrap();
    assert!(
        json.to_string().contains(&message.replace('"', "\\\"")),
        "{json}"
    );
    let bicep = all_text(&files(DIRECT, "bicep", Part::Partner, Some("two")).unwrap());
    assert!(
        bicep.contains(r#"'from "two", it\'s \${urgent} `now`'"#),
        "{bicep}"
    );
}

#[test]
fn a_group_that_is_there_needs_no_subscription_scope() {
    let text = "
linkspan: v1
name: small
subscriptions: { own: { id: 22222222-2222-2222-2222-222222222222 } }
resourceGroups: { G: { subscription: own, location: uksouth, existing: true } }
virtualNetworks:
  Hub: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
";
    for (exporter, files) in written(text, Part::Whole) {
        let files = files.unwrap();
        match exporter {
            "arm" => assert!(all_text(&files).contains("/deploymentTemplate.json#")),
            "bicep" => {
                assert_eq!(files.len(), 1);
                assert!(!all_text(&files).contains("targetScope"));
            }
            _ => {}
        }
    }
}
