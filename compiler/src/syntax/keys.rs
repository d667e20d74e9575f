//! The keys of maps that are open, for those who read texts without mistakes. Comes in: keys, in the order of the text. Goes out: whether those of a map differ. Deliberately
//! absent: which of them do not.

/// How many keys are compared each with each.
const FEW: usize = 16;

pub(super) struct Keys<'t> {
    /// Those of the innermost map stand last.
    open: Vec<Key<'t>>,
}

#[derive(Clone, Copy)]
struct Key<'t> {
    /// The same for the same text, and for few others.
    print: u64,
    text: &'t str,
}

impl Key<'_> {
    /// One of 64 bits, the same for the same text. The highest bits of a product follow from all that is multiplied.
    fn bit(&self) -> u64 {
        1 << (self.print.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58)
    }
}

impl<'t> Keys<'t> {
    /// With room for those of most texts.
    pub(super) fn new() -> Self {
        Keys { open: Vec::with_capacity(2 * FEW) }
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn add(&mut self, text: &'t str) {
        self.open.push(Key { print: print(text.as_bytes()), text });
    }

    /// Forgets the keys from the one at `from` on; nothing if two of them are one.
    pub(super) fn close(&mut self, from: usize) -> Option<()> {
        let keys = self.open.get_mut(from..)?;
        let differ = if keys.len() <= FEW { few_differ(keys) } else { many_differ(keys) };
        self.open.truncate(from);
        differ.then_some(())
    }
}

/// Most keys have a bit of their own, so that they are compared with no other.
fn few_differ(keys: &[Key<'_>]) -> bool {
    let mut taken = 0_u64;
    let is_again = |(at, key): (usize, &Key<'_>)| {
        let before = taken;
        taken |= key.bit();
        before == taken && keys[..at].iter().any(|other| other.print == key.print && other.text == key.text)
    };
    !keys.iter().enumerate().any(is_again)
}

fn many_differ(keys: &mut [Key<'_>]) -> bool {
    keys.sort_unstable_by_key(|key| key.text);
    keys.windows(2).all(|pair| pair[0].text != pair[1].text)
}

/// The length, the first and the last bytes.
fn print(text: &[u8]) -> u64 {
    let (first, last) = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (text.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
    };
    first ^ last.rotate_left(29) ^ (text.len() as u64) << 56
}

#[cfg(test)]
mod tests {
    use super::Keys;

    fn differ(texts: &[&str]) -> bool {
        let mut keys = Keys::new();
        keys.add("outside");
        texts.iter().for_each(|text| keys.add(text));
        let differ = keys.close(1).is_some();
        assert_eq!(keys.len(), 1);
        differ
    }

    #[test]
    fn two_keys_that_are_one_are_found() {
        assert!(differ(&[]));
        assert!(differ(&["outside", "a", "b", "ab", "ba", "abcdefgh", "abcdefgh1", "abcdefgh2"]));
        assert!(!differ(&["a", "b", "a"]));
        assert!(!differ(&["abcdefghijkl", "abcdefghijkl"]));
        let many: Vec<String> = (0..100).map(|at| format!("plugin-{at:06}-of-many")).collect();
        let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(differ(&many));
        many.push("plugin-000050-of-many");
        assert!(!differ(&many));
    }

    #[test]
    fn keys_that_print_the_same_differ_by_their_text() {
        assert!(differ(&["abcdefgh1abcdefgh", "abcdefgh2abcdefgh"]));
    }
}
