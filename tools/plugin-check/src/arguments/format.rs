//! How things are written: the values of `--format`, by what is written; and what there are schemas of.

use clap::ValueEnum;
use plugin_check::schemas::Of;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// With the text they are about.
    Human,
    /// `path:line:column: error[G001]: message`.
    Short,
    /// One array.
    Json,
    /// SARIF 2.1.0, for code scanners.
    Sarif,
    /// Commands of GitHub's log, which become annotations.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// A JUnit report, which most pipelines read.
    Junit,
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// With the lines that decide.
    Human,
    /// One object.
    Json,
}

/// How differences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// With the lines that decide.
    Human,
    /// For a pull request.
    Markdown,
    /// One object.
    Json,
    /// For code scanners: SARIF 2.1.0.
    Sarif,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A list for people.
    Text,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// What a plugin's author writes.
    Manifest,
    /// What a host's author writes.
    Profile,
    /// What a user writes.
    Grants,
    /// What a registry knows.
    Index,
    /// What was resolved: the nodes of its KDL.
    Lock,
    /// What the compiler makes.
    Plan,
}

impl From<SchemaOf> for Of {
    fn from(of: SchemaOf) -> Of {
        match of {
            SchemaOf::Manifest => Of::Manifest,
            SchemaOf::Profile => Of::Profile,
            SchemaOf::Grants => Of::Grants,
            SchemaOf::Index => Of::Index,
            SchemaOf::Lock => Of::Lock,
            SchemaOf::Plan => Of::Plan,
        }
    }
}
