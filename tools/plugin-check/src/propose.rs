//! A proposal is made and proven. Comes in: a workspace and what was observed of it. Goes out: what is proposed, and the workspace
//! with it: it compiles, keeps all that was used, and gives nothing more but what was asked for. Deliberately absent: recordings
//! as files, printing, and writing.

use ambit_compiler::Compilation;
use ambit_compiler::diff::{self, Diff};
use ambit_compiler::observe::{Level, Needs, Policy, Suggestion, lost, suggest};
use ambit_schema::capability::{Kind, Member};
use ambit_schema::name::PluginId;
use ambit_schema::plan::Plan;
use ambit_schema::recording::{Observed, Operation, Target};

use crate::fix::{Fixed, edited, made};
use crate::load::Workspace;
use crate::render::{self, visible};
use crate::side::{Side, defect, reason};

/// How many operations are named that a proposal would lose.
const MOST_LOST: usize = 8;

/// What is proposed, proven.
#[derive(Debug)]
pub struct Proposed {
    /// What becomes of each request and each line.
    pub found: Suggestion,
    /// The workspace with the edits.
    pub fixed: Fixed,
    /// The plan as it is.
    pub old: Side,
    /// The plan as it would be.
    pub new: Side,
    /// At which level.
    pub level: Level,
    /// How many recordings there were.
    pub runs: usize,
}

impl Proposed {
    /// What it changes.
    ///
    /// # Errors
    /// The plans are of two hosts, which no proposal makes of one.
    pub fn diff(&self) -> Result<Diff<'_>, String> {
        diff::diff(&self.old.plan, &self.new.plan).map_err(|error| error.to_string())
    }
}

/// Proposes.
///
/// # Errors
/// Nothing can be proposed that holds; the text is for people and safe to show. Errors of the texts go to standard error.
pub fn propose(
    workspace: &Workspace,
    done: &Compilation,
    observed: &[Observed],
    level: Level,
    with_denied: bool,
) -> Result<Proposed, String> {
    let old = planned(workspace, done)?;
    let (sources, folders) = (&workspace.sources, &done.folders);
    let policy = Policy { plan: old, sources, manifests: &workspace.manifests, grants: &workspace.grants, folders };
    let found = suggest(policy, observed, level, with_denied);
    let Some(edits) = &found.edits else {
        return Err("the edits cannot be made together, which is a defect of this tool: nothing is proposed".to_owned());
    };
    let added = found.added(&edited(workspace.clone(), edits).sources);
    let added = added.ok_or("no text has a place for what was denied: nothing is proposed")?;
    let fixed = made(workspace, &[edits.clone(), added]);
    let new = planned(&fixed.workspace, &fixed.done);
    let new = new.map_err(|why| format!("what would be proposed does not compile, so nothing is: {why}"))?;
    proven(new, &found, observed)?;
    let (old, new) = (Side::of(old.clone(), workspace), Side::of(new.clone(), workspace));
    let proposed = Proposed { found, fixed, old, new, level, runs: observed.len() };
    if !with_denied && proposed.diff()?.verdict().is_wider() {
        return Err("what would be proposed gives more than before, which is a defect: nothing is proposed".to_owned());
    }
    Ok(proposed)
}

/// The plan of a workspace.
///
/// # Errors
/// There is none; its errors go to standard error.
pub fn planned<'d>(workspace: &Workspace, done: &'d Compilation) -> Result<&'d Plan, String> {
    match (&done.plan, &done.unsealed) {
        (Some(plan), _) => Ok(plan),
        (None, Some(error)) => Err(defect(error)),
        (None, None) => {
            render::errors(workspace, &done.diagnostics);
            Err(format!("there is no plan: {}", reason(workspace, &done.diagnostics)))
        }
    }
}

/// Whether the new plan allows all that was allowed and used, and what was denied where that is proposed.
fn proven(new: &Plan, found: &Suggestion, observed: &[Observed]) -> Result<(), String> {
    let lost = lost(new, observed, MOST_LOST);
    if !lost.is_empty() {
        let lost = lost.iter().map(|(plugin, operation)| named(plugin, operation)).collect::<Vec<_>>().join("\n  ");
        return Err(format!("what would be proposed loses what was used, so nothing is:\n  {lost}"));
    }
    let gives = |plugin: &PluginId, kind: Kind, denied: &String| {
        let member = Member::parse(kind, denied).ok();
        member.zip(new.plugin(plugin.as_str())).is_some_and(|(member, entry)| entry.allows(kind, &member))
    };
    for (one, more) in found.plugins.iter().flat_map(|one| one.more.iter().map(move |more| (one, more))) {
        let proposed = matches!(more.needs, Needs::Lines { .. });
        if let Some(denied) = more.denied.iter().find(|denied| proposed && !gives(&one.plugin, more.kind, denied)) {
            return Err(format!("what would be proposed does not give `{}`: nothing is proposed", visible(denied)));
        }
    }
    Ok(())
}

fn named(plugin: &PluginId, operation: &Operation) -> String {
    let target = match &operation.target {
        Target::Member(member) => member.show(operation.kind),
        Target::Name(every) => every.show(operation.kind),
    };
    visible(&format!("{plugin}: {} of {} {target}", operation.operation, operation.kind))
}
