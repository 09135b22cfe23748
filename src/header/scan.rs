//! How far a run of bytes of one class goes.

use super::table::{is_qdtext, is_token68};

/// The length of the run at the start of `bytes` whose bytes are all `is_in`.
#[inline]
pub(super) fn run(bytes: &[u8], is_in: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| !is_in(byte)).unwrap_or(bytes.len())
}

/// [`run`] of `token68` bytes, which is long in credentials: compared 32 at a time, without a table
/// and without branches, which compilers turn into vector instructions.
#[inline]
pub(super) fn token68_run(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<32>();
    let is_all_in =
        |block: &&[u8; 32]| block.iter().fold(true, |all, &b| all & is_token68_by_range(b));
    let start = blocks.iter().take_while(is_all_in).count().saturating_mul(32);
    start.saturating_add(run(bytes.get(start..).unwrap_or_default(), is_token68))
}

/// [`is_token68`], where `-./` and the digits are one range.
const fn is_token68_by_range(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26)
        | (byte.wrapping_sub(b'-') <= b'9' - b'-')
        | (byte == b'+')
        | (byte == b'_')
        | (byte == b'~')
}

/// [`run`] of `qdtext` bytes, eight at a time.
#[inline]
pub(super) fn qdtext_run(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let marks = not_qdtext(u64::from_le_bytes(*word));
        if marks != 0 {
            let plain = (marks.trailing_zeros() / 8) as usize;
            rest = rest.get(plain..).unwrap_or_default();
            break;
        }
        rest = after;
    }
    // A tab is marked too, but is `qdtext`.
    bytes.len().saturating_sub(rest.len()).saturating_add(run(rest, is_qdtext))
}

/// Marks, by its highest bit, the first byte of `word` that may not be `qdtext`: a control
/// character (also a tab), a quote or a backslash. A byte after the first marked one may be marked
/// without reason, by a borrow.
const fn not_qdtext(word: u64) -> u64 {
    below(word, 0x20)
        | below(word ^ repeat(b'"'), 1)
        | below(word ^ repeat(b'\\'), 1)
        | below(word ^ repeat(0x7F), 1)
}

/// Marks the first byte of `word` that is below `limit`, which is at most 0x80.
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(repeat(limit)) & !word & repeat(0x80)
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_table_agree() {
        for byte in 0..=u8::MAX {
            assert_eq!(is_token68_by_range(byte), is_token68(byte), "{byte:#x}");
        }
    }
}
