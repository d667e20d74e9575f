//! Inputs that are too large or too odd to keep. Comes in: a case folder with a `generate.txt`. Goes out: a temporary copy
//! of it with the files that the recipe describes.
//!
//! A line of a recipe is `FILE: repeat COUNT "TEXT"`, which appends, with the text as a JSON string and `{}` in it as the number of
//! the time; or `FILE: wat PATH`,
//! which compiles a WebAssembly text below `fixtures`; or `FILE: compile PATH`, the same with a text of the case itself; or
//! `FILE: elf WORDS`, which builds a shared library, see `elf`; or `FILE: custom COUNT NAME`, which puts a section of so many
//! zeros behind a module; or `FILE: cut COUNT`, which keeps that many bytes of a file; or `FILE: plan FOLDER`, which compiles a
//! folder of the case; or `FILE: lock FOLDER`, which locks one as it is by then; or `FILE: replace "OLD" "NEW"`, which changes the first such text of a file.

use std::fs;
use std::path::Path;

use ambit_schema::wire;
use plugin_check::locked;
use tempfile::TempDir;

use crate::{case, elf, house};

/// What a recipe is called.
pub const RECIPE: &str = "generate.txt";

/// A copy of a case with what its recipe makes. `None` when the case has no recipe.
///
/// # Panics
/// The recipe cannot be followed.
#[must_use]
pub fn expand(case: &Path) -> Option<TempDir> {
    let recipe = case.join(RECIPE);
    if !recipe.is_file() {
        return None;
    }
    let folder = TempDir::new().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
    for file in house::files(case) {
        copy(&file, &folder.path().join(file.strip_prefix(case).unwrap_or(&file)));
    }
    let text = house::read(&recipe);
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        follow(folder.path(), line).unwrap_or_else(|| panic!("{}: `{line}` is no recipe", recipe.display()));
    }
    Some(folder)
}

fn follow(folder: &Path, line: &str) -> Option<()> {
    let (name, rest) = line.split_once(": ")?;
    let (verb, rest) = rest.split_once(' ')?;
    let file = folder.join(name);
    let mut bytes = fs::read(&file).unwrap_or_default();
    match verb {
        "repeat" => {
            let (count, text) = rest.split_once(' ')?;
            let text: String = serde_json::from_str(text).ok()?;
            (0..count.parse::<usize>().ok()?).for_each(|at| bytes.extend(text.replace("{}", &at.to_string()).bytes()));
        }
        "wat" => bytes = wat::parse_file(house::at("fixtures").join(rest)).ok()?,
        "compile" => bytes = wat::parse_file(folder.join(rest)).ok()?,
        "elf" => bytes = elf::build(rest),
        "custom" => {
            let (count, name) = rest.split_once(' ')?;
            bytes.extend(custom(name, count.parse().ok()?));
        }
        "cut" => bytes.truncate(rest.parse().ok()?),
        "plan" => bytes = wire::encode(case::workspace(&folder.join(rest)).compile().plan.as_ref()?),
        "lock" => bytes = locked::made(&mut case::workspace(&folder.join(rest))).ok()?.text.into_bytes(),
        "replace" => bytes = replaced(&String::from_utf8(bytes).ok()?, rest)?.into_bytes(),
        _ => return None,
    }
    write(&file, &bytes);
    Some(())
}

/// A text with the first of one of its parts replaced, which has to be there.
fn replaced(text: &str, words: &str) -> Option<String> {
    let mut words = serde_json::Deserializer::from_str(words).into_iter::<String>();
    let (old, new) = (words.next()?.ok()?, words.next()?.ok()?);
    text.contains(&old).then(|| text.replacen(&old, &new, 1))
}

/// A custom section of WebAssembly: a length in front of everything, seven bits a byte.
fn custom(name: &str, zeros: usize) -> Vec<u8> {
    let length = |mut length: usize| {
        let mut bytes = vec![];
        while length >= 0x80 {
            bytes.push(u8::try_from(length & 0x7f).unwrap_or(0) | 0x80);
            length >>= 7;
        }
        bytes.push(u8::try_from(length).unwrap_or(0));
        bytes
    };
    let content = [length(name.len()), name.as_bytes().to_vec(), vec![0; zeros]].concat();
    [vec![0], length(content.len()), content].concat()
}

fn copy(from: &Path, to: &Path) {
    let bytes = fs::read(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    write(to, &bytes);
}

/// Writes a file and the folders around it.
///
/// # Panics
/// It cannot be written.
pub fn write(file: &Path, bytes: &[u8]) {
    let folder = file.parent().unwrap_or(file);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(file, bytes));
    written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
