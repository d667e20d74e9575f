//! One execution of a command, with everything around it. Comes in: a [`Context`], which says for whom and how far, and can
//! only narrow what the plan gives. Goes out: a [`Report`]: what came of it, and what it took, as measured. Deliberately
//! absent: rights; who is named in a context gets nothing by it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ambit_schema::limits::Quota;

use crate::tier::wasm::call::{CallError, Exit};
use crate::tier::wasm::limits::{QuotaHit, cpu_of_thread};
use crate::tier::wasm::{FileChange, Output, Plugin, Usage};

mod interface;
mod json;

pub use interface::execution_interface;

/// For whom a command is executed, where, and how far. What is not set is not there, or as the plan says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// What the execution is called in logs. Not set: the plugin's id, `#`, and the number of its call.
    pub execution: Option<String>,
    /// The user or tenant.
    pub user: Option<String>,
    /// The workspace. The plugin can be told of it; it gives no right to it.
    pub workspace: Option<String>,
    /// Variables beside those of the host, and before them. The plugin sees those that it holds `env.read` for.
    pub environment: BTreeMap<String, String>,
    /// Quotas for this execution, each in its unit. One that is larger than the plan's changes nothing.
    pub limits: BTreeMap<Quota, u64>,
    /// How long the execution may take: the quota `wall`, in other words.
    pub timeout: Option<Duration>,
    /// Whatever the application has to say, as JSON. The plugin can be told of it.
    pub application: Option<String>,
}

/// What came of an execution, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the execution is called.
    pub execution: String,
    /// The plugin's id.
    pub plugin: String,
    /// The command.
    pub command: String,
    /// For whom it was executed, as the context says.
    pub user: Option<String>,
    /// Where, as the context says.
    pub workspace: Option<String>,
    /// How it ended.
    pub ended: Result<Exit, CallError>,
    /// What it answered.
    pub value: Option<String>,
    /// What it wrote to standard output.
    pub stdout: Output,
    /// What it wrote to standard error.
    pub stderr: Output,
    /// What it took, starting it included.
    pub usage: Usage,
    /// The files that it made, changed and removed, in the order of their paths.
    pub changes: Vec<FileChange>,
    /// Whether there were more of those than are kept.
    pub more_changes: bool,
    /// Quotas that ran out, and that the plugin lived with.
    pub exceeded: Vec<QuotaHit>,
}

impl Context {
    /// What is narrowed.
    pub(crate) fn narrowed(&self) -> BTreeMap<Quota, u64> {
        let mut limits = self.limits.clone();
        if let Some(timeout) = self.timeout {
            let timeout = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
            limits.entry(Quota::Wall).and_modify(|wall| *wall = timeout.min(*wall)).or_insert(timeout);
        }
        limits
    }
}

impl Plugin {
    /// Executes a command in a context: as [`command`](Self::command), with more said and more told.
    pub fn execute(&mut self, context: &Context, command: &str, args: &[&str]) -> Report {
        self.enter(Some(context));
        let (began, cpu) = (Instant::now(), cpu_of_thread());
        let outcome = self.command(command, args);
        let (wall, cpu) = (began.elapsed(), cpu_of_thread().saturating_sub(cpu));
        let left = self.take_left();
        self.enter(None);
        let (ended, value, remains) = match outcome {
            Ok(outcome) => (Ok(outcome.exit.clone()), outcome.answer.clone(), outcome.into()),
            Err(error) => (Err(error), None, left),
        };
        let number = self.executions();
        let id = self.entry().id.to_string();
        Report {
            execution: context.execution.clone().unwrap_or_else(|| format!("{id}#{number}")),
            plugin: id,
            command: command.to_owned(),
            user: context.user.clone(),
            workspace: context.workspace.clone(),
            ended,
            value,
            stdout: remains.stdout,
            stderr: remains.stderr,
            usage: Usage { cpu, wall, ..remains.usage },
            changes: remains.changes,
            more_changes: remains.more_changes,
            exceeded: remains.exceeded,
        }
    }
}

impl Report {
    /// Whether the command came to its end with success.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.ended == Ok(Exit::Success)
    }

    /// What went wrong, in words: why it did not come to its end, its own reason for failing, quotas that ran out.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        let first = match &self.ended {
            Ok(Exit::Success) => None,
            Ok(Exit::Failure { status, reason }) => {
                Some(reason.clone().unwrap_or_else(|| format!("it ended with status {status}")))
            }
            Err(error) => Some(error.to_string()),
        };
        let quotas = self.exceeded.iter().map(|hit| format!("the quota {hit} was used up"));
        first.into_iter().chain(quotas).collect()
    }
}
