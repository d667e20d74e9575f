//! How things are written: the values of `--format`, by what is written.

use clap::ValueEnum;

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
