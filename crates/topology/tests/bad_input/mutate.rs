//! A small mutator: same seed, same inputs.
//!
//! It knows nothing of coverage. What it knows is where readers break: tokens with a meaning,
//! nesting, numbers at the edges, odd encodings, and pieces of other inputs.

/// Pieces that mean something to one of the readers.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\ud800",
    "- ",
    "? ",
    "| ",
    "> ",
    "&a ",
    "*a",
    "<<: *a",
    "!!binary ",
    "%YAML 9.9\n",
    "---\n",
    "...\n",
    "#",
    "\t",
    "\r",
    "\r\n",
    "\u{feff}",
    "\u{2028}",
    "\u{0}",
    "null",
    "~",
    "true",
    "0",
    "-1",
    "65535",
    "65536",
    "4294967296",
    "18446744073709551616",
    "1e400",
    "-0",
    "0x10",
    "00",
    "1_000",
    ".inf",
    "10.0.0.0/33",
    "255.255.255.255/32",
    "0.0.0.0/0",
    "::/0",
    "0-65535",
    "443-80",
    "*",
    "VirtualNetwork",
    "AzureLoadBalancer",
    "existing: true",
    "resources:",
    "suppress:",
    "variables:",
    "expect:",
    "${x}",
    "$remove: true",
    "[parameters('a')]",
    "[concat(",
    "copyIndex()",
    "reference(",
    "resourceId(",
    "[[",
    "]]",
    "''",
    "/subscriptions/",
    "/resourceGroups/",
    "/providers/",
    "Microsoft.Network/virtualNetworks",
    "\u{1f600}",
    "é",
    "\n---overlay---\n",
    "copy",
    "condition",
    "properties",
    "dependsOn",
    "location",
    "addressOf(",
];

/// Inputs grow no further than this.
const LARGEST: usize = 64 * 1024;

/// A stream of numbers and what is made of them.
pub(crate) struct Mutator {
    state: u64,
}

impl Mutator {
    /// From a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed | 1 }
    }

    /// The next number (xorshift64*).
    pub(crate) fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `bound`, 0 if that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from(self.next().checked_rem(bound).unwrap_or(0)).unwrap_or(0)
    }

    /// A range of the input, rather short than long.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let most = 1 << self.below(12);
        let end = (start + self.below(most) + 1).min(length);
        start..end
    }

    /// One to eight changes of one of the inputs.
    pub(crate) fn mutate(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus
            .get(self.below(corpus.len()))
            .cloned()
            .unwrap_or_default();
        for _ in 0..=self.below(8) {
            self.change(&mut input, corpus);
            input.truncate(LARGEST);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        match self.below(10) {
            0 => {
                let byte = self.next().to_le_bytes()[0];
                if let Some(place) = input.get_mut(at) {
                    *place = byte;
                }
            }
            1 => {
                let token = TOKENS[self.below(TOKENS.len())];
                input.splice(at..at, token.bytes());
            }
            2 => {
                let range = self.range(input.len());
                input.drain(range);
            }
            3 => {
                let range = self.range(input.len());
                let piece = input[range].to_vec();
                input.splice(at..at, piece);
            }
            4 => {
                let other = &corpus[self.below(corpus.len())];
                let piece = other[self.range(other.len())].to_vec();
                input.splice(at..at, piece);
            }
            5 => {
                let token = TOKENS[self.below(TOKENS.len())];
                let times = 1 << self.below(10);
                input.splice(at..at, token.repeat(times).bytes());
            }
            6 => {
                // A number becomes another one.
                if let Some(start) = input[at..]
                    .iter()
                    .position(u8::is_ascii_digit)
                    .map(|offset| at + offset)
                {
                    let digits = input[start..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_digit())
                        .count();
                    let number =
                        ["0", "1", "65535", "65536", "99999999999999999999", "-7"][self.below(6)];
                    input.splice(start..start + digits, number.bytes());
                }
            }
            7 => {
                // A line moves to another indentation, or goes.
                let mut lines: Vec<Vec<u8>> = input
                    .split(|byte| *byte == b'\n')
                    .map(<[u8]>::to_vec)
                    .collect();
                let line = self.below(lines.len());
                if self.below(4) == 0 {
                    lines.remove(line);
                } else {
                    let spaces = self.below(8);
                    let text: Vec<u8> = lines[line]
                        .iter()
                        .copied()
                        .skip_while(|byte| *byte == b' ')
                        .collect();
                    lines[line] = [vec![b' '; spaces], text].concat();
                }
                *input = lines.join(&b'\n');
            }
            8 => {
                // Two lines change places.
                let mut lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
                let (one, other) = (self.below(lines.len()), self.below(lines.len()));
                lines.swap(one, other);
                *input = lines.join(&b'\n');
            }
            _ => {
                let length = self.below(input.len() + 1);
                input.truncate(length);
            }
        }
    }
}
