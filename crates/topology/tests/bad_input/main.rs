//! Whatever is read ends in an answer: no panic, no hang, no place outside the text.
//!
//! Every input of `tests/corpus` and a fixed number of mutations of them go through the bodies of
//! [`targets`]; `cargo xtask fuzz` goes on for as long as one likes.
#![cfg(test)]

mod hostile;
mod mutate;
mod targets;

use std::{fs, path::Path};

/// Mutations a target: what takes a few seconds in all.
const MUTATIONS: usize = 60;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name);
    #[expect(clippy::disallowed_methods, reason = "the corpus lies in files")]
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    #[expect(clippy::disallowed_methods, reason = "the corpus lies in files")]
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn every_target_has_a_corpus_that_holds() {
    for (name, body) in targets::TARGETS {
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "{name} has no corpus");
        for input in corpus {
            body(&input);
        }
    }
}

#[test]
fn mutations_of_the_corpus_hold() {
    for (name, body) in targets::TARGETS {
        let corpus = corpus(name);
        let mut mutator = mutate::Mutator::new(20_261_127);
        for _ in 0..MUTATIONS {
            body(&mutator.mutate(&corpus));
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_inputs() {
    let corpus = corpus("manifest");
    let run = || {
        let mut mutator = mutate::Mutator::new(7);
        (0..20).map(|_| mutator.mutate(&corpus)).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}
