//! Edits of small texts, and of every place of the examples.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn path(pointer: &str) -> ManifestPath {
    ManifestPath::default().pointer(pointer)
}

#[track_caller]
fn change(text: &str, pointer: &str, value: Option<Value>) -> String {
    let edits = edits(text, SourceId::MANIFEST, &path(pointer), value.as_ref()).unwrap();
    apply(text, &edits)
}

#[track_caller]
fn set(text: &str, pointer: &str, value: Value, wanted: &str) {
    assert_eq!(change(text, pointer, Some(value)), wanted);
}

#[track_caller]
fn remove(text: &str, pointer: &str, wanted: &str) {
    assert_eq!(change(text, pointer, None), wanted);
}

#[test]
fn a_word_is_replaced_and_nothing_around_it() {
    set("a: 1 # c\nb: 2\n", "/a", json!(3), "a: 3 # c\nb: 2\n");
    set(
        "a: { b: \"x\" } # c\n",
        "/a/b",
        json!(true),
        "a: { b: true } # c\n",
    );
    set("a: [ 1, 2 ]\n", "/a/1", json!("x y"), "a: [ 1, x y ]\n");
    set(
        "a:\n  b: |\n    x\n    y\nc: 1\n",
        "/a/b",
        json!("z"),
        "a:\n  b: z\nc: 1\n",
    );
    set("a: # c\nb: 1\n", "/a", json!(1), "a: 1 # c\nb: 1\n");
    set("- 1\n- 2 # c\n", "/1", json!(3), "- 1\n- 3 # c\n");
    set(
        "a: 1\n",
        "/a",
        json!({ "b": { "c": { "d": 1 } } }),
        "a:\n  b: { c: { d: 1 } }\n",
    );
    set("a:\n  b: 1\n  c: 2\nd: 3\n", "/a", json!(4), "a: 4\nd: 3\n");
    set("a: 1", "/a", json!("$(b)"), "a: $$(b)");
}

#[test]
fn keys_are_put_in_where_their_neighbors_stand() {
    set(
        "a: { b: 1 } # c\n",
        "/a/d",
        json!(2),
        "a: { b: 1, d: 2 } # c\n",
    );
    set("a: { b: 1, }\n", "/a/d", json!(2), "a: { b: 1, d: 2, }\n");
    set("a: {}\n", "/a/d/e", json!(2), "a: { d: { e: 2 } }\n");
    set(
        "a: {\n  b: 1, # x\n  c: 2 # y\n}\n",
        "/a/d",
        json!(3),
        "a: {\n  b: 1, # x\n  c: 2,\n  d: 3 # y\n}\n",
    );
    set(
        "a:\n  b: 1 # c\n# d\ne: 2\n",
        "/a/f",
        json!(3),
        "a:\n  b: 1 # c\n  f: 3\n# d\ne: 2\n",
    );
    set(
        "a:\n  b:\n    c: 1\ne: 2",
        "/a/f",
        json!(3),
        "a:\n  b:\n    c: 1\n  f: 3\ne: 2",
    );
    set(
        "a:\n- b: 1\n  c: 2\n",
        "/a/0/d",
        json!([1]),
        "a:\n- b: 1\n  c: 2\n  d: [1]\n",
    );
    set("a:\nb: 1\n", "/a/c", json!(1), "a: { c: 1 }\nb: 1\n");
    set("a: 1", "/b", json!(2), "a: 1\nb: 2");
    set(
        "a: 1\n\nb: { c: 1 }\n",
        "/d",
        json!({ "e": 1 }),
        "a: 1\n\nb: { c: 1 }\n\nd: { e: 1 }\n",
    );
    set(
        "a: 1\n",
        "/r/-",
        json!({ "type": "T", "properties": { "x": { "v": { "z": 1 } } } }),
        "a: 1\nr:\n  - type: T\n    properties:\n      x: { v: { z: 1 } }\n",
    );
}

#[test]
fn items_are_appended() {
    set("a: [1]\n", "/a/-", json!(2), "a: [1, 2]\n");
    set("a: []\n", "/a/-", json!({ "b": 1 }), "a: [{ b: 1 }]\n");
    set(
        "a:\n- 1 # c\n# d\n",
        "/a/-",
        json!(2),
        "a:\n- 1 # c\n- 2\n# d\n",
    );
    set(
        "a:\n  - b: 1\n",
        "/a/-",
        json!({ "b": 2 }),
        "a:\n  - b: 1\n  - { b: 2 }\n",
    );
}

#[test]
fn what_is_removed_takes_its_line_and_leaves_the_comments() {
    remove("a: { b: 1, c: 2, d: 3 }\n", "/a/b", "a: { c: 2, d: 3 }\n");
    remove("a: { b: 1, c: 2, d: 3 }\n", "/a/d", "a: { b: 1, c: 2 }\n");
    remove("a: { b: 1 } # c\n", "/a/b", "a: {} # c\n");
    remove("a: [1, 2]\n", "/a/0", "a: [2]\n");
    remove("# x\na: 1 # y\n# z\nb: 2\n", "/a", "# x\n# z\nb: 2\n");
    remove("a:\n  b: 1\n  c: 2\nd: 3\n", "/a/c", "a:\n  b: 1\nd: 3\n");
    remove("a:\n  b: 1\nd: 3\n", "/a/b", "a: {}\nd: 3\n");
    remove("a:\n- 1\n- 2\n", "/a/1", "a:\n- 1\n");
    remove("a:\n- 1\nb: 1\n", "/a/0", "a: []\nb: 1\n");
    remove("a:\n- b: 1\n  c: 2\n", "/a/0/b", "a:\n- c: 2\n");
    remove(
        "a: {\n  b: 1, # x\n  c: 2 # y\n}\n",
        "/a/c",
        "a: {\n  b: 1, # x\n}\n",
    );
    remove("a: {\n  b: 1,\n  c: 2 }\n", "/a/c", "a: {\n  b: 1,\n  }\n");
    remove("a: 1\nb: 2", "/b", "a: 1");
    remove("a: 1\n", "/b/c", "a: 1\n");
}

#[test]
fn what_cannot_be_changed_alone_is_refused() {
    let text = "a: &x { b: 1 }\nc: *x\n";
    let refused = |pointer: &str, value: Option<Value>| {
        edits(text, SourceId::MANIFEST, &path(pointer), value.as_ref()).unwrap_err()
    };
    assert_eq!(
        refused("/c/b", Some(json!(2))),
        EditError::Entangled(path("/c/b"))
    );
    assert_eq!(
        refused("/a/b/c", Some(json!(2))),
        EditError::Nowhere(path("/a/b/c"))
    );
    assert_eq!(
        edits("a: [", SourceId::MANIFEST, &path("/a"), None),
        Err(EditError::Unreadable)
    );
}

const TEXTS: &[&str] = &[
    include_str!("../../../../../examples/internal-apim.yaml"),
    include_str!("../../../../../examples/tutorial-as-published.yaml"),
    "a: # x\n  - b: { c: [1, { d: \"e\" }], } # y\n    f:\n\n  # z\n  - - 1\n    - 2\n  -\n    g: >-\n      h\n      i\nj: 'k'\nl:\n",
];

/// Every place of a value.
fn places(value: &Value, at: &ManifestPath, out: &mut Vec<ManifestPath>) {
    out.push(at.clone());
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                places(value, &at.key(key), out);
            }
            out.push(at.key("new key"));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &at.index(index), out);
            }
            out.push(at.end());
        }
        _ => {}
    }
}

/// [`edits`] itself refuses what changes anything else, so it must only never refuse, and keep
/// every comment that is not inside of what goes.
#[test]
fn every_place_of_the_examples_can_be_set_and_removed() {
    let values = [
        json!("a: b"),
        json!({ "x": { "y": [1, { "z": {} }] } }),
        json!(["x".repeat(90), "y".repeat(90)]),
        Value::Null,
    ];
    for text in TEXTS {
        let root = raw::value(&read(text, SourceId::MANIFEST).unwrap());
        let mut all = Vec::new();
        places(&root, &ManifestPath::default(), &mut all);
        for place in all.iter().skip(1) {
            for value in values.iter().map(Some).chain([None]) {
                let made = edits(text, SourceId::MANIFEST, place, value);
                assert!(made.is_ok(), "{place} {value:?} {made:?}\n{text}");
                let is_new = fix_exists(&root, place);
                if is_new {
                    let after = apply(text, &made.unwrap());
                    assert_eq!(comments(text), comments(&after), "{place} {value:?}");
                }
            }
        }
    }
}

fn fix_exists(root: &Value, place: &ManifestPath) -> bool {
    root.pointer(place.as_str()).is_none()
}

fn comments(text: &str) -> usize {
    text.matches('#').count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_chain_of_edits_ends_where_the_values_do(
        text in prop::sample::select(TEXTS),
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize), 1..8),
    ) {
        let values = [Some(json!(7)), Some(json!({ "n": { "m": [] } })), Some(json!(["x"])), None];
        let mut text = text.to_owned();
        for (index, value) in steps {
            let root = raw::value(&read(&text, SourceId::MANIFEST).unwrap());
            let mut all = Vec::new();
            places(&root, &ManifestPath::default(), &mut all);
            let place = &all[1..][index.index(all.len() - 1)];
            let made = edits(&text, SourceId::MANIFEST, place, values[value].as_ref());
            prop_assert!(made.is_ok(), "{} {:?}\n{}", place, made, text);
            text = apply(&text, &made.unwrap());
        }
    }
}
