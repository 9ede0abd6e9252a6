//! Templates that are linked to from another one.

use super::{imported, options, shown};

fn main_with(link: &str) -> String {
    format!(
        r#"{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {{
    "_artifactsLocation": {{ "type": "string", "defaultValue": "[deployment().properties.templateLink.uri]" }},
    "_artifactsLocationSasToken": {{ "type": "securestring", "defaultValue": "" }}
  }},
  "resources": [
    {{ "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "net", "properties": {{
      "mode": "Incremental",
      "templateLink": {link},
      "parameters": {{ "name": {{ "value": "v" }} }} }} }},
    {{ "type": "Microsoft.Network/networkInterfaces", "apiVersion": "2024-03-01", "name": "n", "location": "uksouth",
      "properties": {{ "ipConfigurations": [ {{ "name": "c", "properties": {{ "subnet": {{ "id": "[reference('net').outputs.subnet.value]" }} }} }} ] }} }}
  ]
}}"#
    )
}

const NETWORK: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "name": { "type": "string" } },
  "resources": [
    { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-03-01", "name": "[parameters('name')]", "location": "uksouth", "properties": {
      "addressSpace": { "addressPrefixes": [ "10.0.0.0/16" ] },
      "subnets": [ { "name": "s", "properties": { "addressPrefix": "10.0.0.0/24" } } ] } }
  ],
  "outputs": { "subnet": { "type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworks/subnets', parameters('name'), 's')]" } }
}"#;

#[test]
fn a_link_leads_to_the_file_however_it_is_written() {
    for link in [
        r#"{ "relativePath": "nested/net.json" }"#,
        r#"{ "uri": "[uri(parameters('_artifactsLocation'), concat('nested/net.json', parameters('_artifactsLocationSasToken')))]" }"#,
        r#"{ "uri": "https://raw.githubusercontent.com/o/r/master/nested/net.json?x=1" }"#,
    ] {
        let main = main_with(link);
        let files = [
            ("dir/nested/net.json", NETWORK),
            ("dir/azuredeploy.json", main.as_str()),
        ];
        let found = imported(&files, &options());
        assert_eq!(shown(&found.findings, &found.sources), [""; 0], "{link}");
        let ids: Vec<&str> = found
            .topology
            .resources
            .keys()
            .map(topology::ResourceId::name)
            .collect();
        assert_eq!(ids, ["v", "n", "rg"], "{link}");
        let (nic, body) = found.topology.network_interfaces().next().unwrap();
        let subnet = body.ip_configurations[0]
            .properties
            .subnet
            .as_ref()
            .unwrap();
        assert_eq!(
            subnet.id,
            nic.id
                .group_id()
                .child("providers/Microsoft.Network/virtualNetworks/v/subnets", "s")
        );
        // What is wrong in the linked file is said there.
        let broken = NETWORK.replace("parameters('name'), 's'", "parameters('nme'), 's'");
        let files = [("dir/nested/net.json", broken.as_str()), files[1]];
        let found = imported(&files, &options());
        let shown = shown(&found.findings, &found.sources);
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert!(
            shown[0].starts_with("TPL005 dir/nested/net.json:10:"),
            "{shown:?}"
        );
    }
}

#[test]
fn a_link_that_leads_nowhere_or_back_is_said() {
    let main = main_with(r#"{ "relativePath": "nested/other.json" }"#);
    let found = imported(&[("net.json", NETWORK), ("main.json", &main)], &options());
    let all = shown(&found.findings, &found.sources);
    assert!(
        all.iter()
            .any(|one| one.starts_with("TPL013 main.json:11:")),
        "{all:?}"
    );
    let circle = main_with(r#"{ "relativePath": "main.json" }"#);
    let found = imported(&[("main.json", &circle)], &options());
    let all = shown(&found.findings, &found.sources);
    assert!(
        all.iter()
            .any(|one| one.starts_with("TPL013 main.json:11:")),
        "{all:?}"
    );
}

#[test]
fn what_two_files_end_like_is_not_guessed() {
    let main = main_with(r#"{ "uri": "https://example.com/net.json" }"#);
    let files = [
        ("a/net.json", NETWORK),
        ("b/net.json", NETWORK),
        ("main.json", main.as_str()),
    ];
    let found = imported(&files, &options());
    let all = shown(&found.findings, &found.sources);
    assert!(all.iter().any(|one| one.starts_with("TPL013")), "{all:?}");
    assert_eq!(found.topology.virtual_networks().count(), 1);
}

#[test]
fn of_templates_that_link_to_each_other_the_first_is_deployed() {
    let link = |name: &str, to: &str| {
        format!(
            r#"{{ "contentVersion": "1.0.0.0", "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [
              {{ "type": "Microsoft.Network/routeTables", "apiVersion": "2024-03-01", "name": "{name}", "location": "uksouth", "properties": {{}} }},
              {{ "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "to-{to}", "properties": {{
                "mode": "Incremental", "templateLink": {{ "relativePath": "{to}.json" }} }} }} ] }}"#
        )
    };
    let (one, two) = (link("one", "two"), link("two", "one"));
    let files = [
        ("alone.json", NETWORK),
        ("one.json", one.as_str()),
        ("two.json", two.as_str()),
    ];
    let found = imported(&files, &options());
    let tables: Vec<&str> = found
        .topology
        .route_tables()
        .map(|(table, _)| table.id.name())
        .collect();
    assert_eq!(tables, ["one", "two"]);
    let all = shown(&found.findings, &found.sources);
    let circles = all.iter().filter(|one| one.starts_with("TPL013 two.json"));
    assert_eq!(circles.count(), 1, "{all:?}");
}
