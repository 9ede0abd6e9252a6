//! Each thing that can be wrong is found at its very place, and the rest is read.

use super::*;

/// Findings of a template that is written over several lines.
#[track_caller]
fn check(text: &str, expected: &[&str]) -> Expansion {
    let mut findings = Vec::new();
    let root = json::read(text, SourceId::default(), &mut findings)
        .unwrap_or_else(|| panic!("{findings:?}"));
    let expansion = expand(text, &root, &Parameters::default(), &ctx());
    assert_eq!(
        places(text, &expansion.findings),
        expected,
        "{:?}",
        expansion.findings
    );
    expansion
}

/// The one finding of an output `[expression]`.
#[track_caller]
fn check_expression(expression: &str, expected: &str) {
    let escaped = expression.replace('\\', "\\\\").replace('"', "\\\"");
    let text = format!(
        "{{\n\"resources\": [],\n\"outputs\": {{ \"o\": {{ \"value\": \"[{escaped}]\" }} }} }}"
    );
    let mut findings = Vec::new();
    let root = json::read(&text, SourceId::default(), &mut findings).unwrap();
    let expansion = expand(&text, &root, &Parameters::default(), &ctx());
    assert_eq!(places(&text, &expansion.findings), [expected]);
}

#[test]
fn expressions_that_cannot_be_read() {
    // The expression begins at column 32, behind the bracket.
    check_expression("", "TPL002 3:32 ]");
    check_expression("concat('a'", "TPL002 3:42 ]");
    check_expression("concat('a' 'b')", "TPL002 3:43 '");
    check_expression("concat('a,)", "TPL002 3:39 'a,)");
    check_expression("a + b", "TPL002 3:32 a");
    check_expression("add(1, 2) + 3", "TPL002 3:42 +");
    check_expression("concat(\"a\")", "TPL002 3:39 \\\"");
    check_expression("true", "TPL002 3:32 true");
    check_expression("resourceGroup().", "TPL002 3:48 ]");
    check_expression("createArray(1)[0", "TPL002 3:48 ]");
    check_expression("add(1.2.3, 1)", "TPL002 3:36 1.2.3");
    check_expression("add(é, 1)", "TPL002 3:36 é");
}

#[test]
fn the_place_is_the_part_that_is_wrong() {
    check_expression("concat('a', tolowr('B'))", "TPL003 3:44 tolowr");
    check_expression("concat('a', toLower('B', 'C'))", "TPL004 3:44 toLower");
    check_expression("concat('é\"', add(1, 'x'))", "TPL004 3:53 'x'");
    check_expression("parameters('nope')", "TPL005 3:43 'nope'");
    check_expression("concat('a', variables('nope'))", "TPL005 3:54 'nope'");
    check_expression(
        "concat('a', resourceGroup().name.x)",
        "TPL009 3:44 resourceGroup().name.x",
    );
    check_expression("createArray(1)[add(1, 1)]", "TPL009 3:47 add(1, 1)");
    check_expression("concat('a', div(1, 0))", "TPL017 3:51 0");
    check_expression("copyIndex()", "TPL018 3:32 copyIndex()");
    check_expression("copyIndex('x')", "TPL018 3:32 copyIndex('x')");
    check_expression("reference('nope')", "TPL005 3:32 reference('nope')");
    check_expression("resourceInfo('nope')", "TPL005 3:45 'nope'");
    check_expression("contoso.f()", "TPL003 3:32 contoso.f()");
}

#[test]
fn a_mistyped_name_is_suggested() {
    let help = |expression: &str| {
        let text = whole(&format!(
            r#""parameters": {{ "location": {{ "type": "string", "defaultValue": "x" }} }}, "variables": {{ "vnetName": "v" }},
               "resources": [], "outputs": {{ "o": {{ "value": "[{expression}]" }} }}"#
        ));
        let mut findings = Vec::new();
        let root = json::read(&text, SourceId::default(), &mut findings).unwrap();
        let expansion = expand(&text, &root, &Parameters::default(), &ctx());
        expansion.findings[0].help.clone()
    };
    assert_eq!(help("parameters('locaton')"), "did you mean `location`?");
    assert_eq!(help("variables('vnetname2')"), "did you mean `vnetName`?");
    assert_eq!(help("resourceld('a/b', 'c')"), "did you mean `resourceId`?");
}

#[test]
fn the_rest_is_read_when_something_is_wrong() {
    let expansion = check(
        r#"{
  "variables": { "bad": "[div(1, 0)]" },
  "resources": [
    { "type": "A.B/c", "apiVersion": "1", "name": "n", "properties": {
      "a": "[variables('bad')]",
      "b": "[variables('bad')]",
      "c": 3
    } }
  ]
}"#,
        &["TPL017 2:34 0"],
    );
    let planted = &expansion.resources[0];
    assert_eq!(planted.resource["properties"], serde_json::json!({"c": 3}));
    assert_eq!(planted.unknowns[1].1.why, Why::Failed);
}

#[test]
fn circles_end_in_a_finding() {
    check(
        r#"{
  "parameters": { "p": { "type": "string", "defaultValue": "[parameters('p')]" } },
  "variables": { "a": "[variables('b')]", "b": "[variables('a')]" },
  "functions": [ { "namespace": "n", "members": { "f": { "parameters": [], "output": { "value": "[n.f()]" } } } } ],
  "resources": [
    { "type": "A.B/c", "apiVersion": "1", "name": "x", "properties": { "y": "[reference('y').x]", "a": "[variables('a')]" } },
    { "type": "A.B/c", "apiVersion": "1", "name": "y", "properties": { "x": "[reference('x').y]" } }
  ],
  "outputs": { "f": { "value": "[n.f()]" } }
}"#,
        &[
            "TPL008 2:73 'p'",
            "TPL008 6:5 {",
            "TPL008 3:60 'a'",
            "TPL010 4:99 n.f()",
        ],
    );
}

#[test]
fn parameters_refuse_values_that_do_not_fit() {
    check(
        r#"{
  "parameters": {
    "kind": { "type": "int", "defaultValue": "3" },
    "allowed": { "type": "string", "defaultValue": "Basic", "allowedValues": [ "Standard", "Premium" ] },
    "case": { "type": "string", "defaultValue": "standard", "allowedValues": [ "Standard" ] },
    "least": { "type": "int", "defaultValue": 1, "minValue": 2 },
    "most": { "type": "int", "defaultValue": 3, "maxValue": 2 },
    "short": { "type": "string", "defaultValue": "ab", "minLength": 3 },
    "long": { "type": "array", "defaultValue": [1, 2], "maxLength": 1 },
    "some": { "type": "array", "defaultValue": ["b"], "allowedValues": [ "a", "b" ] }
  },
  "resources": []
}"#,
        &[
            "TPL007 3:46 \"3\"",
            "TPL007 4:52 \"Basic\"",
            "TPL007 6:47 1",
            "TPL007 7:46 3",
            "TPL007 8:50 \"ab\"",
            "TPL007 9:48 [1, 2]",
        ],
    );
}

#[test]
fn a_given_parameter_must_be_declared() {
    let mut parameters = Parameters::default();
    parameters.set("locaton", &serde_json::json!("x"));
    let expansion = with_parameters(
        r#""parameters": { "location": { "type": "string", "defaultValue": "x" } }, "resources": []"#,
        &parameters,
    );
    let finding = &expansion.findings[0];
    assert_eq!(finding.code, "TPL016");
    assert_eq!(finding.help, "did you mean `location`?");
}

#[test]
fn loops_have_a_count_from_0_to_800() {
    let expansion = check(
        r#"{
  "parameters": { "n": { "type": "int" } },
  "resources": [
    { "type": "A.B/c", "apiVersion": "1", "name": "[concat('a', copyIndex())]", "copy": { "name": "l", "count": 801 } },
    { "type": "A.B/c", "apiVersion": "1", "name": "[concat('b', copyIndex())]", "copy": { "name": "l", "count": -1 } },
    { "type": "A.B/c", "apiVersion": "1", "name": "[concat('c', copyIndex())]", "copy": { "name": "l", "count": "2" } },
    { "type": "A.B/c", "apiVersion": "1", "name": "[concat('d', copyIndex())]", "copy": { "name": "l", "count": "[parameters('n')]" } },
    { "type": "A.B/c", "apiVersion": "1", "name": "[concat('e', copyIndex())]", "copy": { "name": "l" } }
  ]
}"#,
        &[
            "TPL006 2:19 \"n\"",
            "TPL011 4:113 801",
            "TPL011 5:113 -1",
            "TPL011 6:113 \"2\"",
            "TPL011 7:113 \"[parameters('n')]\"",
            "TPL011 8:89 { \"name\": \"l\" }",
        ],
    );
    assert_eq!(expansion.resources.len(), 800);
}

#[test]
fn resources_need_type_and_name_that_fit() {
    check(
        r#"{
  "resources": [
    { "apiVersion": "1", "name": "a" },
    { "type": "A.B/c", "apiVersion": "1" },
    { "type": "A.B/c/d", "apiVersion": "1", "name": "a" },
    { "type": "nothing", "apiVersion": "1", "name": "a" },
    { "type": "A.B/c", "apiVersion": "1", "name": 3 },
    { "type": "A.B/c", "apiVersion": "1", "name": "[newGuid()]" },
    { "type": "A.B/c", "apiVersion": "1", "name": "twice" },
    { "type": "A.B/c", "apiVersion": "1", "name": "Twice" },
    { "type": "A.B/c", "apiVersion": "1", "name": "twice", "condition": false },
    "x"
  ]
}"#,
        &[
            "TPL012 3:5 {",
            "TPL012 4:5 {",
            "TPL012 5:53 \"a\"",
            "TPL012 6:53 \"a\"",
            "TPL012 7:51 3",
            "TPL015 8:51 \"[newGuid()]\"",
            "TPL019 10:51 \"Twice\"",
            "TPL001 12:5 \"x\"",
        ],
    );
}

#[test]
fn what_azure_evaluates_first_cannot_ask_resources() {
    check(
        r#"{
  "parameters": { "p": { "type": "string", "defaultValue": "[reference('x').y]" } },
  "variables": { "v": "[listKeys('x', '1')]" },
  "resources": [
    { "type": "A.B/c", "apiVersion": "1", "name": "x", "condition": "[reference('x').on]" },
    { "type": "A.B/c", "apiVersion": "1", "name": "z", "properties": { "v": "[variables('v')]" } }
  ]
}"#,
        &[
            "TPL018 2:62 reference('x')",
            "TPL018 5:71 reference('x')",
            "TPL018 3:25 listKeys('x', '1')",
        ],
    );
}

#[test]
fn a_condition_that_is_not_known_is_said() {
    let expansion = check(
        r#"{
  "parameters": { "on": { "type": "bool" } },
  "resources": [
    { "type": "A.B/c", "apiVersion": "1", "name": "x", "condition": "[parameters('on')]" },
    { "type": "A.B/c", "apiVersion": "1", "name": "y", "condition": 3 }
  ]
}"#,
        &[
            "TPL006 2:19 \"on\"",
            "TPL014 4:69 \"[parameters('on')]\"",
            "TPL004 5:69 3",
        ],
    );
    assert_eq!(expansion.resources.len(), 2);
}

#[test]
fn linked_templates_are_named_and_left_out() {
    check(
        r#"{
  "resources": [
    { "type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "linked", "properties": {
      "templateLink": { "uri": "https://example.com/t.json" } } },
    { "type": "A.B/c", "apiVersion": "1", "name": "x", "properties": { "y": "[reference('linked').outputs.id.value]" } }
  ]
}"#,
        &["TPL013 4:23 { \"uri\": \"https://example.com/t.json\" }"],
    );
}

#[test]
fn sections_of_the_wrong_shape_are_named() {
    check(
        "{\n\"parameters\": [],\n\"variables\": 3,\n\"functions\": {},\n\"outputs\": \"x\",\n\"resources\": true }",
        &[
            "TPL001 2:15 []",
            "TPL001 3:14 3",
            "TPL001 5:12 \"x\"",
            "TPL001 4:14 {}",
            "TPL001 6:14 true",
        ],
    );
    check("[]", &["TPL001 1:1 []"]);
    check("{ }", &["TPL001 1:1 {"]);
}

#[test]
fn one_cause_in_a_loop_is_one_finding() {
    check(
        r#"{
  "resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "[concat('a', copyIndex())]", "copy": { "name": "l", "count": 50 },
    "properties": { "x": "[div(copyIndex(), 0)]" } } ]
}"#,
        &["TPL017 3:45 0"],
    );
}
