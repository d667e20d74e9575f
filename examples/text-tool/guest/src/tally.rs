//! A folder goes in, the lines, words and bytes of its text files come out. Subfolders are not entered, and a file
//! that is not UTF-8 text is named but not counted.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::ops::AddAssign;
use std::path::Path;

/// What one folder holds, sorted by file name.
pub struct Tally {
    /// The text files.
    pub files: Vec<(String, Counts)>,
    /// Names of the files that are not text.
    pub skipped: Vec<String>,
}

/// The size of a text.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    /// Lines, the last one with or without its line break.
    pub lines: u64,
    /// Runs of anything but white space.
    pub words: u64,
    /// Bytes, line breaks included.
    pub bytes: u64,
}

impl Tally {
    /// Reads every file in `dir`.
    pub fn of_folder(dir: &Path) -> io::Result<Self> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)? {
            let name = entry?.file_name();
            if dir.join(&name).is_file() {
                names.push(name);
            }
        }
        names.sort_unstable();

        let mut tally = Self { files: Vec::new(), skipped: Vec::new() };
        for name in names {
            let shown = printable(&name.to_string_lossy());
            match Counts::of_file(&dir.join(&name))? {
                Some(counts) => tally.files.push((shown, counts)),
                None => tally.skipped.push(shown),
            }
        }
        Ok(tally)
    }

    /// The sum over all text files.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for (_, counts) in &self.files {
            total += *counts;
        }
        total
    }
}

impl Counts {
    /// Reads line by line, so that the longest line and not the longest file has to fit into the memory quota.
    /// `None` says that the file is not text.
    fn of_file(path: &Path) -> io::Result<Option<Self>> {
        let mut reader = BufReader::with_capacity(64 * 1024, File::open(path)?);
        let mut counts = Self::default();
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            match str::from_utf8(&line) {
                Ok(text) if !text.contains('\0') => counts += Self::of_line(text),
                _ => return Ok(None),
            }
            line.clear();
        }
        Ok(Some(counts))
    }

    fn of_line(line: &str) -> Self {
        Self { lines: 1, words: line.split_whitespace().count() as u64, bytes: line.len() as u64 }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.words += other.words;
        self.bytes += other.bytes;
    }
}

/// A file name may hold line breaks and terminal escapes; what we print must not.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
