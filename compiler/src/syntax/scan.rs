//! Where a stretch of text ends. Comes in: bytes, and a place among them. Goes out: the next byte that may end it. Eight bytes are looked
//! at as one number: most stretches are short, and a search made for long ones would take longer to begin than to end.

/// In every byte the lowest bit.
const LOWEST: u64 = 0x0101_0101_0101_0101;

/// In every byte the highest bit.
const HIGHEST: u64 = LOWEST << 7;

/// The first place from `at` on where `A`, `B` or a control character of ASCII stands, and the byte there. `None`: none does.
#[inline]
pub(super) fn find<const A: u8, const B: u8>(bytes: &[u8], mut at: usize) -> Option<(usize, u8)> {
    while let Some(piece) = bytes.get(at..)?.first_chunk() {
        let stops = stops::<A, B>(u64::from_le_bytes(*piece));
        if stops != 0 {
            at += stops.trailing_zeros() as usize / 8;
            return Some((at, bytes[at]));
        }
        at += piece.len();
    }
    let rest = bytes.get(at..)?;
    let found = rest.iter().position(|byte| *byte == A || *byte == B || *byte < b' ')?;
    Some((at + found, rest[found]))
}

/// The highest bit of each byte that stops, of which the first is certain: what a subtraction borrows, it borrows from bytes behind one
/// that stops.
#[inline]
fn stops<const A: u8, const B: u8>(piece: u64) -> u64 {
    let zero = |bytes: u64| bytes.wrapping_sub(LOWEST) & !bytes;
    let same = |byte: u8| zero(piece ^ (LOWEST * u64::from(byte)));
    let control = piece.wrapping_sub(LOWEST * u64::from(b' ')) & !piece;
    (same(A) | same(B) | control) & HIGHEST
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn each_byte_is_found_where_it_stands_first() {
        for byte in 0..=u8::MAX {
            let stops = byte == b'"' || byte == b'\\' || byte < b' ';
            for at in 0..20 {
                for fill in [b' ', b'!', b'#', b'[', b']', 0x7F, 0x80, 0xFF] {
                    let mut bytes = [fill; 20];
                    bytes[at] = byte;
                    assert_eq!(find::<b'"', b'\\'>(&bytes, 0), stops.then_some((at, byte)), "{byte} in {fill} at {at}");
                    assert_eq!(find::<b'"', b'\\'>(&bytes, at + 1), None);
                    bytes[19] = b'"';
                    let (first, found) = if stops { (at, bytes[at]) } else { (19, b'"') };
                    assert_eq!(find::<b'"', b'\\'>(&bytes, 0), Some((first, found)), "{byte} in {fill} at {at}");
                }
            }
        }
    }

    #[test]
    fn past_the_end_there_is_nothing() {
        assert_eq!(find::<b'"', b'\\'>(b"", 0), None);
        assert_eq!(find::<b'"', b'\\'>(b"abc", 4), None);
    }
}
