//! The references in `docs/reference`: every field of a text, by block, and what tiers hold. Comes in: the compiler's tables.
//! Goes out: Markdown.

use ambit_compiler::lower::{Block, Times};
use ambit_compiler::reference::Text;

pub mod tiers;

/// The file of a text's reference, below `docs/reference`.
#[must_use]
pub fn file(text: Text) -> &'static str {
    match text {
        Text::Manifest => "manifest.md",
        Text::Profile => "profile.md",
        Text::Grants => "grants.md",
        Text::Index => "index.md",
    }
}

/// The reference of a text.
#[must_use]
pub fn page(text: Text) -> String {
    let (title, lead) = match text {
        Text::Manifest => {
            ("Manifest", "`plugin.kdl`, `plugin.yaml`, `plugin.yml` or `plugin.json`: what a plugin's author writes.")
        }
        Text::Profile => ("Host profile", "`host.kdl`: what a host's author writes."),
        Text::Index => {
            ("Index", "`index.kdl`, or files given by `--index`: which versions there are, and what each needs.")
        }
        Text::Grants => ("Grants", "`grants.kdl`, or files given by `--grants`: what a user writes."),
    };
    let blocks: String = text.blocks().iter().map(block).collect();
    format!("# {title}\n\n{lead} [The language](../language.md) explains and has examples.\n\n{NOTE}\n{blocks}")
}

const NOTE: &str =
    "Made from the tables that the compiler reads by: `AMBIT_UPDATE=1 cargo test -p plugin-check --lib reference`
writes it again. A field stands in its block at most once, where it does not say *any number*.";

fn block(block: &Block) -> String {
    let rows: String = block
        .fields
        .iter()
        .map(|field| {
            let often = match field.times {
                Times::Once => "",
                Times::Many => " *any number*",
            };
            format!("| `{}`{often} | {} |\n", field.key, field.says.replace('|', "\\|"))
        })
        .collect();
    format!("\n## Fields of {}\n\n| field | says |\n|---|---|\n{rows}", block.name)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use ambit_compiler::reference::Text;

    use super::{file, page, tiers};

    #[test]
    fn the_references_are_the_tables() {
        Text::ALL.into_iter().for_each(|text| is_kept(file(text), &page(text)));
        is_kept(tiers::FILE, &tiers::page());
    }

    fn is_kept(file: &str, page: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(file);
        if std::env::var_os("AMBIT_UPDATE").is_some() {
            fs::write(&path, page).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), page, "write it again with AMBIT_UPDATE=1");
    }

    #[test]
    fn every_field_says_something() {
        for field in Text::ALL.iter().flat_map(|text| text.blocks()).flat_map(|block| block.fields) {
            let plain = !field.says.ends_with('.')
                && field
                    .says
                    .chars()
                    .next()
                    .is_some_and(|first| !first.is_uppercase() || field.says.starts_with("SPDX"));
            assert!(
                plain && field.says.len() > 3 && !field.says.contains('\n'),
                "`{}` says `{}`",
                field.key,
                field.says
            );
        }
    }
}
