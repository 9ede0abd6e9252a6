//! What templates deploy: parameters, variables, loops, conditions, children, nested deployments.

use super::*;
use crate::Severity;
use serde_json::json;

/// Ids of what is deployed, without the scope of the tests.
fn ids(expansion: &Expansion) -> Vec<String> {
    expansion
        .resources
        .iter()
        .map(|planted| {
            planted
                .id
                .replace(
                    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/",
                    "",
                )
                .replace("/subscriptions/11111111-1111-1111-1111-111111111111", "SUB")
        })
        .collect()
}

#[track_caller]
fn check_ids(sections: &str, expected: &[&str]) -> Expansion {
    let expansion = expanded(sections);
    assert_eq!(expansion.findings, [], "{sections}");
    assert_eq!(ids(&expansion), expected);
    expansion
}

/// A template with these resources.
fn resources(list: &str) -> String {
    format!("\"resources\": [{list}]")
}

fn properties(expansion: &Expansion, at: usize) -> &serde_json::Value {
    &expansion.resources[at].resource["properties"]
}

#[test]
fn parameters_take_given_values_before_defaults() {
    let sections = r#"
        "parameters": {
            "a": { "type": "string", "defaultValue": "[concat('x', parameters('B'))]" },
            "b": { "type": "int", "defaultValue": 1 },
            "c": { "type": "string", "nullable": true }
        },
        "resources": [],
        "outputs": { "o": { "type": "string", "value": "[concat(parameters('a'), '-', parameters('b'), parameters('c'))]" } }"#;
    check_output(sections, r#""x1-1""#);
    let mut parameters = Parameters::default();
    parameters.set("A", &json!("[given]"));
    parameters.set("b", &json!(null));
    let expansion = with_parameters(sections, &parameters);
    assert_eq!(expansion.findings, []);
    assert_eq!(words(&expansion.outputs["o"]), r#""[given]-1""#);
}

#[test]
fn a_parameters_file_gives_values_and_secrets() {
    let text = r#"{
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "size": { "value": { "units": 2 } },
            "password": { "reference": { "keyVault": { "id": "/x" }, "secretName": "s" } }
        }
    }"#;
    let mut findings = Vec::new();
    let (parameters, problems) =
        Parameters::read(&json::read(text, SourceId::default(), &mut findings).unwrap());
    assert_eq!((findings, problems), (vec![], vec![]));
    let expansion = with_parameters(
        r#""parameters": { "size": { "type": "object" }, "password": { "type": "secureString" } },
           "resources": [],
           "outputs": {
               "size": { "type": "int", "value": "[parameters('size').units]" },
               "password": { "type": "string", "value": "[parameters('password')]" }
           }"#,
        &parameters,
    );
    assert_eq!(expansion.findings, []);
    assert_eq!(words(&expansion.outputs["size"]), "2");
    let why = &expansion.outputs["password"].unknown().unwrap().why;
    assert_eq!(why.to_string(), "the parameter `password` is a secret");
}

#[test]
fn variables_are_evaluated_when_they_are_used() {
    check_output(
        r#""variables": { "a": "[concat(variables('b').c, 'x')]", "b": { "c": "[toUpper('c')]" }, "unused": "[div(1, 0)]" },
           "resources": [],
           "outputs": { "o": { "type": "string", "value": "[variables('A')]" } }"#,
        r#""Cx""#,
    );
}

#[test]
fn loops_in_variables() {
    check_output(
        r#""variables": {
               "copy": [ { "name": "names", "count": 3, "input": "[concat('n', copyIndex('names', 1))]" } ],
               "object": { "copy": [ { "name": "ports", "count": 2, "input": { "port": "[add(80, copyIndex('ports'))]" } } ] },
               "both": "[createArray(variables('names'), variables('object').ports)]"
           },
           "resources": [],
           "outputs": { "o": { "type": "array", "value": "[variables('both')]" } }"#,
        r#"[["n1","n2","n3"],[{"port":80},{"port":81}]]"#,
    );
}

#[test]
fn loops_in_outputs_and_conditions_of_outputs() {
    assert_eq!(
        outputs(
            r#""resources": [],
               "outputs": {
                   "a": { "type": "array", "copy": { "count": 2, "input": "[mul(copyIndex(), 2)]" } },
                   "b": { "type": "string", "condition": false, "value": "[div(1, 0)]" }
               }"#
        ),
        [("a".to_owned(), "[0,2]".to_owned())]
    );
}

#[test]
fn own_functions_see_their_arguments() {
    check_output(
        r#""functions": [ { "namespace": "contoso", "members": { "unique": {
               "parameters": [ { "name": "prefix", "type": "string" } ],
               "output": { "type": "string", "value": "[concat(toLower(parameters('prefix')), '-x')]" }
           } } } ],
           "resources": [],
           "outputs": { "o": { "type": "string", "value": "[contoso.unique('ABC')]" } }"#,
        r#""abc-x""#,
    );
}

#[test]
fn loops_in_resources_and_properties() {
    let expansion = check_ids(
        &resources(
            r#"{
                "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-03-01",
                "name": "[concat('v', copyIndex(1))]",
                "copy": { "name": "networks", "count": 2, "mode": "serial", "batchSize": 1 },
                "dependsOn": [],
                "properties": {
                    "copy": [ { "name": "subnets", "count": 2, "input": {
                        "name": "[format('s{0}-{1}', copyIndex('networks'), copyIndex('subnets'))]",
                        "properties": { "addressPrefix": "[cidrSubnet('10.0.0.0/16', 24, copyIndex('subnets'))]" }
                    } } ]
                }
            },
            {
                "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-03-01", "name": "last",
                "dependsOn": [ "networks", "v1", "Microsoft.Network/natGateways/g" ]
            }"#,
        ),
        &[
            "Microsoft.Network/virtualNetworks/v1",
            "Microsoft.Network/virtualNetworks/v2",
            "Microsoft.Network/virtualNetworks/last",
        ],
    );
    assert_eq!(
        *properties(&expansion, 1),
        json!({"subnets": [
            {"name": "s1-0", "properties": {"addressPrefix": "10.0.0.0/24"}},
            {"name": "s1-1", "properties": {"addressPrefix": "10.0.1.0/24"}},
        ]})
    );
    let last = &expansion.resources[2];
    let group = last.id.split("/providers/").next().unwrap();
    assert_eq!(
        last.depends_on,
        [
            expansion.resources[0].id.clone(),
            expansion.resources[1].id.clone(),
            format!("{group}/providers/Microsoft.Network/natGateways/g"),
        ]
    );
    assert_eq!(last.api_version.as_deref(), Some("2024-03-01"));
    assert_eq!(last.resource.get("dependsOn"), None);
}

#[test]
fn a_member_named_copy_that_is_no_loop_stays() {
    let expansion = check_ids(
        &resources(
            r#"{ "type": "A.B/c", "apiVersion": "1", "name": "n", "properties": { "copy": ["x"] } }"#,
        ),
        &["A.B/c/n"],
    );
    assert_eq!(*properties(&expansion, 0), json!({"copy": ["x"]}));
}

#[test]
fn conditions_leave_resources_out_and_their_children_in() {
    check_ids(
        &resources(
            r#"{ "type": "A.B/c", "apiVersion": "1", "name": "no", "condition": "[equals(1, 2)]",
                 "resources": [ { "type": "d", "apiVersion": "1", "name": "child" } ] },
               { "type": "A.B/c", "apiVersion": "1", "name": "yes", "condition": true }"#,
        ),
        &["A.B/c/no/d/child", "A.B/c/yes"],
    );
}

#[test]
fn children_take_type_and_name_of_what_they_stand_in() {
    check_ids(
        &resources(
            r#"{ "type": "Microsoft.Network/virtualNetworks", "apiVersion": "1", "name": "v", "resources": [
                    { "type": "subnets", "apiVersion": "1", "name": "s" },
                    { "type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "1", "name": "v/t" },
                    { "type": "Microsoft.Authorization/locks", "apiVersion": "1", "name": "l" },
                    { "type": "providers/locks", "apiVersion": "1", "name": "Microsoft.Authorization/m" }
               ] },
               { "type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "1", "name": "v/u" },
               { "type": "Microsoft.Authorization/locks", "apiVersion": "1", "name": "n", "scope": "Microsoft.Network/virtualNetworks/v" },
               { "type": "Microsoft.Authorization/locks", "apiVersion": "1", "name": "o", "scope": "[resourceId('Microsoft.Network/virtualNetworks', 'v')]" }"#,
        ),
        &[
            "Microsoft.Network/virtualNetworks/v",
            "Microsoft.Network/virtualNetworks/v/subnets/s",
            "Microsoft.Network/virtualNetworks/v/subnets/t",
            "Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/locks/l",
            "Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/locks/m",
            "Microsoft.Network/virtualNetworks/v/subnets/u",
            "Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/locks/n",
            "Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/locks/o",
        ],
    );
}

#[test]
fn symbolic_names_refer_to_resources() {
    let expansion = expanded(
        r#""languageVersion": "2.0",
           "resources": {
               "old": { "existing": true, "type": "Microsoft.Network/virtualNetworks", "apiVersion": "1", "name": "old" },
               "nets": { "copy": { "name": "nets", "count": 2 }, "type": "Microsoft.Network/virtualNetworks", "apiVersion": "1",
                         "name": "[format('n{0}', copyIndex())]", "properties": { "index": "[copyIndex()]" } },
               "user": { "type": "A.B/c", "apiVersion": "1", "name": "u", "dependsOn": [ "nets", "old" ], "properties": {
                   "id": "[resourceInfo('old').id]",
                   "name": "[resourceInfo('nets').name]",
                   "indexes": "[map(references('nets'), lambda('n', lambdaVariables('n').index))]",
                   "first": "[reference('nets').index]",
                   "asked": "[reference('old').addressSpace]"
               } }
           }"#,
    );
    assert_eq!(expansion.findings, []);
    assert!(expansion.resources[0].is_existing);
    let user = &expansion.resources[3];
    assert_eq!(
        user.resource["properties"],
        json!({
            "id": expansion.resources[0].id,
            "name": "n0",
            "indexes": [0, 1],
            "first": 0,
        })
    );
    assert_eq!(user.unknowns[0].0, "/properties/asked");
    assert_eq!(user.depends_on.len(), 3);
}

#[test]
fn reference_gives_what_the_template_states() {
    let expansion = expanded(&format!(
        "{}, \"outputs\": {{ \"alias\": {{ \"type\": \"string\", \"value\": \"[reference('lb').alias]\" }} }}",
        resources(
            r#"{ "type": "Microsoft.Network/loadBalancers", "apiVersion": "2023-01-01", "name": "lb", "location": "[resourceGroup().location]",
                 "properties": { "frontendIPConfigurations": [ { "name": "fe", "properties": { "subnet": { "id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]" } } } ] } },
               { "type": "A.B/c", "apiVersion": "1", "name": "u", "properties": {
                   "subnet": "[reference(resourceId('Microsoft.Network/loadBalancers', 'lb'), '2019-06-01').frontendIPConfigurations[0].properties.subnet.id]",
                   "frontend": "[reference('lb').frontendIPConfigurations[0].id]",
                   "location": "[reference('lb', '2019-06-01', 'Full').location]",
                   "address": "[reference('lb').frontendIPConfigurations[0].properties.privateIPAddress]",
                   "second": "[reference('lb').frontendIPConfigurations[1].name]",
                   "has": "[contains(reference('lb'), 'frontendIPConfigurations')]",
                   "hasNot": "[contains(reference('lb'), 'provisioningState')]"
               } }"#
        )
    ));
    assert_eq!(expansion.findings, []);
    let lb = &expansion.resources[0].id;
    let group = lb.split("/providers/").next().unwrap();
    assert_eq!(
        *properties(&expansion, 1),
        json!({
            "subnet": format!("{group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
            "frontend": format!("{lb}/frontendIPConfigurations/fe"),
            "location": "uksouth",
            "has": true,
        })
    );
    let unknown: Vec<&str> = expansion.resources[1]
        .unknowns
        .iter()
        .map(|(at, _)| at.as_str())
        .collect();
    assert_eq!(
        unknown,
        [
            "/properties/address",
            "/properties/second",
            "/properties/hasNot"
        ]
    );
    assert_eq!(words(&expansion.outputs["alias"]), "unknown");
}

#[test]
fn an_outer_deployment_is_evaluated_where_it_stands() {
    check_ids(
        &format!(
            "\"variables\": {{ \"v\": \"outer\" }}, {}",
            resources(
                r#"{ "type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "[concat('nested', copyIndex())]", "resourceGroup": "other",
                     "copy": { "name": "loop", "count": 2 },
                     "properties": { "mode": "Incremental", "template": {
                         "variables": { "v": "inner" },
                         "resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "[concat(variables('v'), copyIndex(), resourceGroup().name)]" } ]
                     } } }"#
            )
        ),
        &[
            "SUB/resourceGroups/other/providers/A.B/c/outer0rg",
            "SUB/resourceGroups/other/providers/A.B/c/outer1rg",
        ],
    );
}

#[test]
fn an_inner_deployment_has_its_own_parameters_variables_and_scope() {
    let expansion = check_ids(
        &resources(
            r#"{ "type": "A.B/user", "apiVersion": "1", "name": "u", "properties": {
                     "x": "[reference('nested').outputs.made.value]",
                     "y": "[reference(resourceId('Microsoft.Resources/deployments', 'nested')).outputs.made.value]"
               } },
               { "type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "nested",
                 "subscriptionId": "22222222-2222-2222-2222-222222222222", "resourceGroup": "other",
                 "properties": { "expressionEvaluationOptions": { "scope": "inner" }, "mode": "Incremental",
                     "parameters": { "p": { "value": "[toLower('ABC')]" } },
                     "template": {
                         "parameters": { "p": { "type": "string" } },
                         "variables": { "v": "[concat(parameters('p'), resourceGroup().name, subscription().subscriptionId)]" },
                         "resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "[variables('v')]", "location": "[resourceGroup().location]" } ],
                         "outputs": { "made": { "type": "string", "value": "[resourceId('A.B/c', variables('v'))]" } }
                     } } }"#,
        ),
        &[
            "A.B/user/u",
            "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/other/providers/A.B/c/abcother22222222-2222-2222-2222-222222222222",
        ],
    );
    let made = &expansion.resources[1];
    assert_eq!(
        *properties(&expansion, 0),
        json!({"x": made.id, "y": made.id})
    );
    assert_eq!(
        made.resource.get("location"),
        None,
        "the other group's region is not known"
    );
    assert_eq!(made.unknowns[0].0, "/location");
}

#[test]
fn a_template_for_a_subscription_makes_groups_and_deploys_into_them() {
    let text = r#"{
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "resources": [
            { "type": "Microsoft.Resources/resourceGroups", "apiVersion": "1", "name": "made", "location": "westus" },
            { "type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "into", "resourceGroup": "made",
              "properties": { "expressionEvaluationOptions": { "scope": "inner" }, "template": {
                  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                  "resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "n", "location": "[resourceGroup().location]" } ]
              } } },
            { "type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "sub", "location": "westus",
              "properties": { "template": {
                  "resources": [ { "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "1", "name": "r" } ]
              } } }
        ]
    }"#;
    let mut findings = Vec::new();
    let root = json::read(text, SourceId::default(), &mut findings).unwrap();
    let expansion = expand(text, &root, &Parameters::default(), &ctx());
    assert_eq!(expansion.findings, []);
    assert_eq!(
        ids(&expansion),
        [
            "SUB/resourceGroups/made",
            "SUB/resourceGroups/made/providers/A.B/c/n",
            "SUB/providers/Microsoft.Authorization/roleAssignments/r",
        ]
    );
    assert_eq!(expansion.resources[1].resource["location"], "westus");
}

#[test]
fn a_missing_parameter_leaves_a_stand_in_that_still_connects() {
    let sections = r#"
        "parameters": { "net": { "type": "string" }, "count": { "type": "int" }, "key": { "type": "secureString" } },
        "resources": [
            { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "1", "name": "[toLower(parameters('net'))]", "properties": { "x": "[parameters('net')]" } },
            { "type": "Microsoft.Network/networkInterfaces", "apiVersion": "1", "name": "[format('nic-{0}', parameters('net'))]", "properties": {
                "ipConfigurations": [
                    { "name": "a", "properties": { "subnet": { "id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', toLower(parameters('net')), 's')]" } } },
                    { "name": "b", "properties": { "subnet": { "id": "[parameters('net')]" }, "port": "[parameters('count')]" } }
                ],
                "list": [ "[parameters('count')]", 2 ]
            } }
        ]"#;
    let expansion = expanded(sections);
    let codes: Vec<(&str, Severity)> = expansion
        .findings
        .iter()
        .map(|finding| (finding.code, finding.severity))
        .collect();
    assert_eq!(
        codes,
        [
            ("TPL006", Severity::Warning),
            ("TPL006", Severity::Warning),
            ("TPL006", Severity::Hint)
        ]
    );
    assert_eq!(
        ids(&expansion),
        [
            "Microsoft.Network/virtualNetworks/{net}",
            "Microsoft.Network/networkInterfaces/nic-{net}"
        ]
    );
    assert_eq!(
        *properties(&expansion, 1),
        json!({
            "ipConfigurations": [
                { "name": "a", "properties": { "subnet": { "id": format!("{}/subnets/s", expansion.resources[0].id) } } },
                { "name": "b" },
            ],
            "list": [2],
        })
    );
    let unknown: Vec<&str> = expansion.resources[1]
        .unknowns
        .iter()
        .map(|(at, _)| at.as_str())
        .collect();
    assert_eq!(
        unknown,
        [
            "/properties/ipConfigurations/1/properties",
            "/properties/list"
        ]
    );
}

#[test]
fn every_value_points_at_its_place() {
    let text = whole(
        r#""variables": { "rules": [ { "name": "r", "properties": { "priority": 100 } } ], "port": 443 },
           "resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "n", "properties": {
               "rules": "[variables('rules')]", "port": "[variables('port')]", "plain": true
           } } ]"#,
    );
    let mut findings = Vec::new();
    let root = json::read(&text, SourceId::default(), &mut findings).unwrap();
    let expansion = expand(&text, &root, &Parameters::default(), &ctx());
    let planted = &expansion.resources[0];
    let marked = |pointer: &str| {
        let (_, span) = planted.spans.iter().find(|(at, _)| at == pointer)?;
        assert!(pointer.is_empty() || planted.resource.pointer(pointer).is_some());
        Some(&text[span.start..span.end])
    };
    assert!(marked("").unwrap().starts_with("{ \"type\": \"A.B/c\""));
    assert_eq!(marked("/name"), Some("\"n\""));
    assert_eq!(marked("/properties/port"), Some("\"[variables('port')]\""));
    assert_eq!(
        marked("/properties/rules"),
        Some("\"[variables('rules')]\"")
    );
    assert_eq!(
        marked("/properties/rules/0/properties/priority"),
        Some("100")
    );
    assert_eq!(marked("/properties/plain"), Some("true"));
}

#[derive(Debug)]
struct Azure;

impl Runtime for Azure {
    fn resource(&self, id: &str) -> Option<serde_json::Value> {
        id.ends_with("/there")
            .then(|| json!({"id": id, "properties": {"ipAddress": "1.2.3.4"}}))
    }

    fn list(&self, function: &str, id: &str) -> Option<serde_json::Value> {
        assert!(id.starts_with("/subscriptions/"), "{id}");
        Some(json!({"keys": [{"value": function}]}))
    }
}

#[test]
fn whoever_plays_azure_answers_for_what_is_there() {
    let text = whole(
        r#""resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "there" } ],
           "outputs": {
               "a": { "type": "string", "value": "[reference('there').ipAddress]" },
               "b": { "type": "string", "value": "[listKeys('there', '1').keys[0].value]" }
           }"#,
    );
    let mut findings = Vec::new();
    let root = json::read(&text, SourceId::default(), &mut findings).unwrap();
    let expansion = expand_with(&text, &root, &Parameters::default(), &ctx(), &Azure);
    assert_eq!(expansion.findings, []);
    assert_eq!(words(&expansion.outputs["a"]), r#""1.2.3.4""#);
    assert_eq!(words(&expansion.outputs["b"]), r#""listKeys""#);
}

#[test]
fn a_record_knows_whose_address_it_will_hold() {
    let expansion = expanded(&resources(
        r#"{ "type": "Microsoft.Network/privateEndpoints", "apiVersion": "2024-03-01", "name": "pe", "properties": {} },
           { "type": "Microsoft.ApiManagement/service", "apiVersion": "2022-08-01", "name": "in", "properties": { "virtualNetworkType": "Internal" } },
           { "type": "Microsoft.ApiManagement/service", "apiVersion": "2022-08-01", "name": "out", "properties": {} },
           { "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "asked", "properties": {
               "mode": "Incremental", "expressionEvaluationOptions": { "scope": "inner" },
               "parameters": { "nic": { "value": "[reference('pe').networkInterfaces[0].id]" } },
               "template": { "contentVersion": "1.0.0.0", "parameters": { "nic": { "type": "string" } }, "resources": [],
                 "outputs": { "address": { "type": "string", "value": "[reference(parameters('nic'), '2024-03-01').ipConfigurations[0].properties.privateIPAddress]" } } } } },
           { "type": "Microsoft.Network/privateDnsZones/A", "apiVersion": "2024-06-01", "name": "z/a", "properties": { "aRecords": [
               { "ipv4Address": "[reference('asked').outputs.address.value]" },
               { "ipv4Address": "[reference('pe').customDnsConfigs[0].ipAddresses[0]]" },
               { "ipv4Address": "[reference('in').privateIPAddresses[0]]" },
               { "ipv4Address": "[reference('out').privateIPAddresses[0]]" } ] } },
           { "type": "A.B/c", "apiVersion": "1", "name": "u", "properties": {
               "known": 1, "address": "[reference('pe').customDnsConfigs[0].ipAddresses[0]]" } }"#,
    ));
    assert_eq!(expansion.findings, []);
    let id = |at: usize| expansion.resources[at].id.clone();
    let of = |at: usize| json!({ "ipv4Address": format!("addressOf({})", id(at)) });
    assert_eq!(
        properties(&expansion, 3)["aRecords"],
        json!([of(0), of(0), of(1)])
    );
    // Elsewhere nobody could read it.
    let unknown = &expansion.resources[4].unknowns;
    assert_eq!(unknown[0].0, "/properties/address");
    assert_eq!(
        unknown[0].1.why.to_string(),
        "the address of `pe` is known only once it is deployed"
    );
}
