//! No template panics, hangs, overflows or fills the memory.

use super::*;
use proptest::prelude::*;

/// Expands on a small stack; the codes of what was found.
fn codes(sections: &str) -> Vec<&'static str> {
    codes_within(sections, Limits::default())
}

#[expect(clippy::disallowed_types, reason = "a stack of a known size")]
fn codes_within(sections: &str, limits: Limits) -> Vec<&'static str> {
    let text = whole(sections);
    let ctx = DeploymentContext { limits, ..ctx() };
    let run = move || {
        let mut findings = Vec::new();
        let Some(root) = json::read(&text, SourceId::default(), &mut findings) else {
            return findings.iter().map(|finding| finding.code).collect();
        };
        let expansion = expand(&text, &root, &Parameters::default(), &ctx);
        expansion
            .findings
            .iter()
            .map(|finding| finding.code)
            .collect()
    };
    // What threads of test runners and browsers have is 1 to 2 MB.
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap()
}

/// Asserts that the budget is what ends it.
#[track_caller]
fn exhausts(sections: &str) {
    let found = codes(sections);
    assert!(
        !found.is_empty() && found.iter().all(|code| *code == "TPL010"),
        "{found:?}"
    );
}

/// Variables of which each is made of the one before.
fn chain(count: usize, first: &str, next: &str) -> String {
    let mut text = format!("\"variables\": {{ \"v0\": {first}");
    for at in 1..=count {
        let before = format!("variables('v{}')", at - 1);
        text.push_str(&format!(
            ", \"v{at}\": \"[{}]\"",
            next.replace('_', &before)
        ));
    }
    text.push_str(&format!(
        " }}, \"resources\": [], \"outputs\": {{ \"o\": {{ \"value\": \"[length(variables('v{count}'))]\" }} }}"
    ));
    text
}

#[test]
fn texts_that_double() {
    let doubled = codes(&chain(40, "\"0123456789\"", "concat(_, _)"));
    assert_eq!(doubled, ["TPL010"]);
    let replaced = codes(&chain(
        3,
        "\"[padLeft('', 100000, 'a')]\"",
        "replace(_, 'a', _)",
    ));
    assert_eq!(replaced, ["TPL010"]);
    exhausts(&chain(9, "\"aaaaaaaa\"", "format('{0,2000000000}', _)"));
}

#[test]
fn arrays_that_double() {
    exhausts(&chain(60, "[1]", "concat(_, _)"));
    exhausts(&chain(60, "[1]", "createArray(_, _)"));
    exhausts(&chain(60, "{}", "createObject('a', _, 'b', _)"));
    exhausts(&chain(24, "[1]", "createArray(string(_), _, _)"));
}

#[test]
fn depth() {
    assert_eq!(codes(&chain(3000, "[1]", "createArray(_)")), ["TPL010"]);
    assert_eq!(codes(&chain(3000, "\"x\"", "toLower(_)")), ["TPL010"]);
    let open = "concat(".repeat(3000);
    let shut = ")".repeat(3000);
    assert_eq!(
        codes(&format!(
            "\"resources\": [], \"outputs\": {{ \"o\": {{ \"value\": \"[{open}'a'{shut}]\" }} }}"
        )),
        ["TPL002"]
    );
    let accesses = ".a".repeat(3000);
    assert_eq!(
        codes(&format!(
            "\"resources\": [], \"outputs\": {{ \"o\": {{ \"value\": \"[createObject(){accesses}]\" }} }}"
        )),
        ["TPL002"]
    );
    let nested = "[".repeat(200) + &"]".repeat(200);
    assert_eq!(
        codes(&format!(
            "\"resources\": [], \"outputs\": {{ \"o\": {{ \"value\": {nested} }} }}"
        )),
        ["JSON004"]
    );
}

#[test]
fn loops_in_loops() {
    // As many steps as a debug build takes in a second.
    let limits = Limits {
        steps: 100_000,
        ..Limits::default()
    };
    let found = codes_within(
        r#""resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "[concat('n', copyIndex())]",
            "copy": { "name": "a", "count": 800 },
            "properties": { "copy": [ { "name": "b", "count": 800, "input": {
                "copy": [ { "name": "c", "count": 800, "input": { "x": "[copyIndex('c')]" } } ] } } ] } } ]"#,
        limits,
    );
    assert_eq!(found, ["TPL010"]);
    let mapped = codes_within(
        r#""resources": [], "outputs": { "o": { "value":
            "[length(map(range(0, 10000), lambda('i', map(range(0, 10000), lambda('j', 1)))))]" } }"#,
        limits,
    );
    assert_eq!(mapped, ["TPL010"]);
}

#[test]
fn deployments_in_deployments() {
    let mut template = "{ \"resources\": [] }".to_owned();
    for at in 0..30 {
        template = format!(
            "{{ \"resources\": [ {{ \"type\": \"Microsoft.Resources/deployments\", \"apiVersion\": \"1\", \"name\": \"d{at}\",
                \"copy\": {{ \"name\": \"l\", \"count\": 20 }}, \"properties\": {{ \"template\": {template} }} }} ] }}"
        );
    }
    let sections = template
        .trim_start_matches('{')
        .trim_end_matches('}')
        .to_owned();
    let found = codes(&sections);
    assert!(
        found == ["JSON004"] || found.contains(&"TPL010"),
        "{found:?}"
    );
}

/// A template with most of what the language has, to be mangled.
const SEED: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": { "p": { "type": "string", "defaultValue": "[concat('x', resourceGroup().name)]", "allowedValues": ["xrg"] }, "n": { "type": "int", "defaultValue": 2 } },
  "functions": [ { "namespace": "own", "members": { "f": { "parameters": [ { "name": "a", "type": "int" } ], "output": { "value": "[add(parameters('a'), 1)]" } } } } ],
  "variables": { "v": { "copy": [ { "name": "l", "count": "[parameters('n')]", "input": "[copyIndex('l')]" } ] }, "w": "[union(variables('v').l, range(0, 3))]" },
  "resources": [
    { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "1", "name": "[format('{0}-{1:D2}', parameters('p'), copyIndex(1))]", "copy": { "name": "c", "count": 2 },
      "properties": { "subnets": "[map(variables('w'), lambda('i', createObject('name', string(lambdaVariables('i')), 'properties', createObject('addressPrefix', cidrSubnet('10.0.0.0/16', 24, lambdaVariables('i'))))))]" },
      "resources": [ { "type": "subnets", "apiVersion": "1", "name": "s", "condition": "[greater(own.f(1), 1)]", "dependsOn": [ "c" ] } ] },
    { "type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "d", "properties": { "expressionEvaluationOptions": { "scope": "inner" },
      "parameters": { "q": { "value": "[parameters('p')]" } },
      "template": { "parameters": { "q": { "type": "string" } }, "resources": [ { "type": "A.B/c", "apiVersion": "1", "name": "[parameters('q')]" } ], "outputs": { "o": { "value": "[resourceId('A.B/c', parameters('q'))]" } } } } }
  ],
  "outputs": { "o": { "type": "string", "value": "[reference('d').outputs.o.value]" }, "k": { "value": "[listKeys('d', '1').a[0]]" } }
}"#;

#[test]
fn the_seed_is_clean() {
    let mut findings = Vec::new();
    let root = json::read(SEED, SourceId::default(), &mut findings).unwrap();
    let expansion = expand(SEED, &root, &Parameters::default(), &ctx());
    assert_eq!(expansion.findings, []);
    assert_eq!(expansion.resources.len(), 5);
}

/// Words that make mangled templates mean something.
const WORDS: [&str; 24] = [
    "[",
    "]",
    "'",
    "(",
    ")",
    ",",
    ".",
    "null",
    "0",
    "-1",
    "801",
    "99999999999999999999",
    "{",
    "}",
    "\\u00e9",
    "variables('w')",
    "parameters('p')",
    "reference('d')",
    "copyIndex()",
    "createArray",
    "\"copy\": ",
    "[[",
    "''",
    "lambda",
];

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\[[a-z'(),.\\[\\]0-9 é-]{0,50}\\]") {
        let _unused = parse(&text);
        let _unused = evaluate(&text, &ctx());
    }

    #[test]
    fn expressions_of_known_functions_never_panic(expression in expression()) {
        let text = format!("[{expression}]");
        let limits = Limits { steps: 20_000, ..Limits::default() };
        let _unused = evaluate(&text, &DeploymentContext { limits, ..ctx() });
    }

    #[test]
    fn mangled_templates_never_panic(edits in prop::collection::vec((0.0..1.0, 0_usize..20, 0..WORDS.len()), 1..4)) {
        let mut text = SEED.to_owned();
        for (place, cut, word) in edits {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
            let mut at = (place * text.len() as f64) as usize;
            while !text.is_char_boundary(at) { at -= 1; }
            let mut end = (at + cut).min(text.len());
            while !text.is_char_boundary(end) { end -= 1; }
            text.replace_range(at..end.max(at), WORDS[word]);
        }
        let mut findings = Vec::new();
        if let Some(root) = json::read(&text, SourceId::default(), &mut findings) {
            let limits = Limits { steps: 50_000, ..Limits::default() };
            let ctx = DeploymentContext { limits, ..ctx() };
            let expansion = expand(&text, &root, &Parameters::default(), &ctx);
            for finding in &expansion.findings {
                let span = finding.span.unwrap();
                prop_assert!(text.get(span.start..span.end).is_some(), "{finding:?}");
                prop_assert!(!finding.help.is_empty(), "{finding:?}");
            }
            for planted in &expansion.resources {
                for (pointer, span) in &planted.spans {
                    prop_assert!(text.get(span.start..span.end).is_some());
                    prop_assert!(
                        planted.resource.pointer(pointer).is_some(),
                        "{pointer} in {}", planted.resource
                    );
                }
            }
        }
    }
}

/// Calls of any function with any arguments.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (-3_i64..70).prop_map(|number| number.to_string()),
        Just(i64::MAX.to_string()),
        Just(i64::MIN.to_string()),
        "[a-zé{}/,:0-9%=T-]{0,8}".prop_map(|text| format!("'{text}'")),
        Just("'10.0.0.0/8'".to_owned()),
        Just("'{0:D2}'".to_owned()),
        Just("'2024-02-29T00:00:00Z'".to_owned()),
        Just("newGuid()".to_owned()),
        Just("createArray(1, 'a')".to_owned()),
        Just("createObject('a', 1)".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let names: Vec<&'static str> = functions().map(|function| function.name).collect();
        (
            prop::sample::select(names),
            prop::collection::vec(inner, 0..4),
        )
            .prop_map(|(name, args)| format!("{name}({})", args.join(", ")))
    })
}
