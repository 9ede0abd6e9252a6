//! `uniqueString` and `guid`.
//!
//! Azure documents neither algorithm for templates. `guid` is a version 5 UUID (RFC 9562) of the
//! arguments joined by `-` in the namespace that the documentation of Bicep names:
//! <https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string#guid>.
//! `uniqueString` is a 64-bit variant of Murmur hash over the arguments joined by `-`, written in
//! base 32; Microsoft publishes it in its Terraform provider, whose `unique_string` gives what
//! templates give: <https://github.com/Azure/terraform-provider-azapi>.

use super::{Args, Function, MANY, Outcome};
use crate::arm::template::problem::Problem;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::pure(
        "uniqueString",
        (1, MANY),
        "uniqueString(text, …)",
        unique_string,
    ),
    Function::pure("guid", (1, MANY), "guid(text, …)", guid),
];

/// `11fb06fb-712d-4ddd-98c7-e71bbd588830`.
const NAMESPACE: u128 = 0x11fb_06fb_712d_4ddd_98c7_e71b_bd58_8830;

fn joined(args: &Args<'_>) -> Result<String, Problem> {
    let texts: Result<Vec<&str>, Problem> = (0..args.len()).map(|index| args.text(index)).collect();
    Ok(texts?.join("-"))
}

fn unique_string(args: &mut Args<'_>) -> Outcome {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash = murmur(joined(args)?.as_bytes());
    let mut out = String::new();
    for _ in 0..13 {
        let digit = usize::try_from(hash >> 59).unwrap_or(0);
        out.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'a')));
        hash <<= 5;
    }
    Ok(out.into())
}

/// Up to four bytes as a little-endian number.
fn word(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .rev()
        .fold(0, |word, byte| (word << 8) | u32::from(*byte))
}

fn murmur(data: &[u8]) -> u64 {
    const A: u32 = 0x239b_961b;
    const B: u32 = 0xab0e_9789;
    let first = |word: u32| word.wrapping_mul(A).rotate_left(15).wrapping_mul(B);
    let second = |word: u32| word.wrapping_mul(B).rotate_left(17).wrapping_mul(A);
    let (mut low, mut high) = (0_u32, 0_u32);
    let mut blocks = data.chunks_exact(8);
    for block in &mut blocks {
        low = (low ^ first(word(block)))
            .rotate_left(19)
            .wrapping_add(high);
        low = low.wrapping_mul(5).wrapping_add(0x561c_cd1b);
        let upper = word(block.get(4..).unwrap_or(&[]));
        high = (high ^ second(upper)).rotate_left(13).wrapping_add(low);
        high = high.wrapping_mul(5).wrapping_add(0x0bca_a747);
    }
    let tail = blocks.remainder();
    if !tail.is_empty() {
        low ^= first(word(tail));
    }
    if let Some(upper) = tail.get(4..).filter(|upper| !upper.is_empty()) {
        high ^= second(word(upper));
    }
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    low ^= length;
    high ^= length;
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    low = mixed(low);
    high = mixed(high);
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    (u64::from(high) << 32) | u64::from(low)
}

fn mixed(mut word: u32) -> u32 {
    word = (word ^ (word >> 16)).wrapping_mul(0x85eb_ca6b);
    word = (word ^ (word >> 13)).wrapping_mul(0xc2b2_ae35);
    word ^ (word >> 16)
}

fn guid(args: &mut Args<'_>) -> Outcome {
    let mut message = NAMESPACE.to_be_bytes().to_vec();
    message.extend_from_slice(joined(args)?.as_bytes());
    Ok(uuid(sha1(&message)).into())
}

/// The first 16 bytes of a hash as a version 5 UUID.
fn uuid(hash: [u32; 5]) -> String {
    let [a, b, c, d, _] = hash;
    format!(
        "{a:08x}-{:04x}-{:04x}-{:04x}-{:04x}{d:08x}",
        b >> 16,
        (b & 0x0fff) | 0x5000,
        ((c >> 16) & 0x3fff) | 0x8000,
        c & 0xffff,
    )
}

#[expect(
    clippy::many_single_char_names,
    reason = "the names of the specification"
)]
/// SHA-1 (RFC 3174), for names only; nothing here needs it to be safe.
fn sha1(message: &[u8]) -> [u32; 5] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    let bits = u64::try_from(message.len()).unwrap_or(0).wrapping_mul(8);
    padded.extend_from_slice(&bits.to_be_bytes());
    let mut state: [u32; 5] = [
        0x6745_2301,
        0xefcd_ab89,
        0x98ba_dcfe,
        0x1032_5476,
        0xc3d2_e1f0,
    ];
    for block in padded.chunks_exact(64) {
        let mut words: Vec<u32> = block
            .chunks_exact(4)
            .map(|bytes| {
                bytes
                    .iter()
                    .fold(0, |word, byte| (word << 8) | u32::from(*byte))
            })
            .collect();
        for at in 16_usize..80 {
            let back = |by: usize| words.get(at.wrapping_sub(by)).copied().unwrap_or(0);
            let word = back(3) ^ back(8) ^ back(14) ^ back(16);
            words.push(word.rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (at, word) in words.into_iter().enumerate() {
            let (choice, constant) = match at / 20 {
                0 => ((b & c) | (!b & d), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(choice)
                .wrapping_add(e)
                .wrapping_add(constant)
                .wrapping_add(word);
            (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
        }
        let [h0, h1, h2, h3, h4] = state;
        state = [
            h0.wrapping_add(a),
            h1.wrapping_add(b),
            h2.wrapping_add(c),
            h3.wrapping_add(d),
            h4.wrapping_add(e),
        ];
    }
    state
}
