//! Texts of about 50 MB that are made to hurt. What reading them costs is measured by whoever
//! starts the program: see `xtask/src/bench.rs`.

use topology::{
    diagnose,
    import::{self, File},
    source::SourceMap,
};

const BYTES: usize = 50 * 1000 * 1000;

/// Names, and whether it is read as a manifest or imported.
pub(crate) const TEXTS: [(&str, bool); 8] = [
    ("a list of numbers", true),
    ("comments", true),
    ("nested lists", true),
    ("aliases of aliases", true),
    ("one long text", true),
    ("unknown sections", true),
    ("imported numbers", false),
    ("imported nesting", false),
];

fn text(name: &str) -> String {
    let filled = |begin: &str, part: &str, end: &str| {
        format!("{begin}{}{end}", part.repeat(BYTES / part.len()))
    };
    match name {
        "a list of numbers" => filled("a: [", "1,", "1]\n"),
        "comments" => filled("", "# a comment\n", ""),
        "nested lists" => filled("a: ", "[", ""),
        "aliases of aliases" => {
            let levels: String = (1..60)
                .map(|level| {
                    let below = format!("*a{}, ", level - 1).repeat(9);
                    format!("a{level}: &a{level} [{below}]\n")
                })
                .collect();
            filled(&format!("a0: &a0 [x, x, x]\n{levels}"), "# a comment\n", "")
        }
        "one long text" => filled("linkspan: \"", "x", "\"\n"),
        "unknown sections" => (0..BYTES / 14)
            .map(|at| format!("s{at:08}: {{}}\n"))
            .collect(),
        "imported numbers" => filled("[", "1,", "1]"),
        _ => filled("", "[", ""),
    }
}

/// Reads it; how many bytes it has and how many findings it gives.
pub(crate) fn read(name: &str) -> (usize, usize) {
    let text = text(name);
    let bytes = text.len();
    let is_manifest = TEXTS.contains(&(name, true));
    let findings = if is_manifest {
        diagnose(&SourceMap::of("hostile.yaml", text))
            .findings
            .len()
    } else {
        let name = "hostile.json".to_owned();
        let file = File { name, text };
        import::read(vec![file], &import::Options::default())
            .findings
            .len()
    };
    (bytes, findings)
}
