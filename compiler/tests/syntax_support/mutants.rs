//! Texts that are nearly others. Comes in: a seed, the pieces that a mutant may get, and texts. Goes out: the same mutants of them for the same seed, each with one to
//! four changes, and texts made of nothing but signs.

pub(crate) struct Mutants {
    state: u64,
    pieces: &'static [&'static str],
}

impl Mutants {
    pub(crate) fn new(seed: u64, pieces: &'static [&'static str]) -> Self {
        Mutants { state: seed, pieces }
    }

    /// SplitMix64.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).unwrap()
    }

    fn piece(&mut self) -> &'static str {
        self.pieces[self.below(self.pieces.len())]
    }

    /// A text of these with a few changes.
    pub(crate) fn of(&mut self, texts: &[String]) -> String {
        let mut text = texts[self.below(texts.len())].clone();
        for _ in 0..=self.below(4) {
            self.change(&mut text, texts);
        }
        text
    }

    fn change(&mut self, text: &mut String, texts: &[String]) {
        let (start, end) = self.stretch(text, 4);
        match self.below(8) {
            0 | 1 => text.replace_range(start..end, ""),
            2..=4 => text.insert_str(start, self.piece()),
            5 => text.replace_range(start..end, self.piece()),
            6 => self.move_line(text),
            _ => {
                let other = &texts[self.below(texts.len())];
                let (from, to) = self.stretch(other, 40);
                text.insert_str(start, &other[from..to]);
            }
        }
    }

    /// A stretch of up to so many bytes, between characters.
    fn stretch(&mut self, text: &str, longest: usize) -> (usize, usize) {
        let start = text.floor_char_boundary(self.below(text.len() + 1));
        let end = text.ceil_char_boundary((start + 1 + self.below(longest)).min(text.len()));
        (start, end)
    }

    /// One line more or less to the right, which is what changes the most in YAML.
    fn move_line(&mut self, text: &mut String) {
        let at = self.stretch(text, 1).0;
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        if self.below(2) == 0 {
            text.insert_str(line, &"    "[..=self.below(4)]);
        } else if text[line..].starts_with(' ') {
            text.remove(line);
        }
    }

    /// A text of pieces.
    pub(crate) fn soup(&mut self) -> String {
        (0..=self.below(14)).map(|_| self.piece()).collect()
    }
}
