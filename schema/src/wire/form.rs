//! The shapes of the written plan, in the order they are written. Sets are lists of patterns; a term that is not one plain
//! pattern says `within` and `except`. Places are `path:line:column`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::{AuthForm, RateForm};
use super::parameter::ParameterForm;
use super::recovery::RecoveryForm;

/// A plan.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Ambit plan")]
pub(super) struct PlanForm {
    /// The version of this form.
    pub ambit_plan: u32,
    /// SHA-256 of the content.
    pub hash: String,
    /// The application that plugins run in.
    pub host: HostForm,
    /// The kinds of right that the host has of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<KindForm>,
    /// The plugins' ids, in the order they load.
    pub load_order: Vec<String>,
    /// The same ids by stage: what is in one needs only what is in earlier ones.
    pub stages: Vec<Vec<String>>,
    /// The plugins, in load order.
    pub plugins: Vec<PluginForm>,
    /// Commands, tools and endpoints.
    pub names: Vec<NameForm>,
    /// Hooks, in the order they run.
    pub hooks: Vec<HookForm>,
    /// What plugins may have together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<BudgetForm>,
    /// What the host offers.
    pub rules: Vec<RuleForm>,
    /// What the user decided.
    pub grants: Vec<GrantForm>,
    /// What nobody may end up with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nevers: Vec<NeverForm>,
    /// Who publishes what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub publishers: Vec<PublisherForm>,
    /// The texts that the plan was made from.
    pub sources: Vec<SourceForm>,
}

/// The application that plugins run in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HostForm {
    pub name: String,
    pub version: String,
    pub place: String,
}

/// A kind of right that the host profile declares.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KindForm {
    pub key: String,
    /// What its sets are made of: `paths`, `names`, `endpoints`, `routes`, `numbers`, `commands`.
    pub domain: String,
    /// What it lets a plugin do, as in "push to the branch".
    pub phrase: String,
    pub place: String,
}

/// A plugin and everything it may do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PluginForm {
    pub id: String,
    pub version: String,
    pub tier: String,
    pub place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<VouchedForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<VouchedForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<ArtifactForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends: Vec<String>,
    /// What it may do, by capability kind.
    pub granted: Vec<GrantedForm>,
    /// What it gets once someone consents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingForm>,
    /// The folders it sees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<MountForm>,
    /// Imports that are linked because the host profile names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
    /// Imports that are linked to newer versions of their interfaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compat: Vec<CompatForm>,
    /// Interfaces that it is not linked to, but for those that it was granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldForm>,
    /// Limits, with their units.
    pub quotas: BTreeMap<String, QuotaForm>,
    /// What it asked for.
    pub claims: Vec<ClaimForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// Whether it takes a new configuration while it runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hot_reload: bool,
    /// What becomes of it when its calls fail. Missing: it is started again whenever it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoveryForm>,
}

/// The file that runs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ArtifactForm {
    pub path: String,
    /// Missing: the file was not there when the plan was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<String>,
}

/// An import that is linked to a newer version of its interface, and the line that offers that.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompatForm {
    pub import: String,
    pub interface: String,
    pub place: String,
}

/// Interfaces that a plugin is not linked to, but for those that it was granted, and the line that keeps them from it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WithheldForm {
    /// Their names, without versions.
    pub set: Vec<TermForm>,
    pub place: String,
}

/// A right with the lines that gave it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantedForm {
    pub capability: String,
    pub set: Vec<TermForm>,
    pub why: WhyForm,
}

/// The lines that gave a right.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyForm {
    pub claims: Vec<String>,
    pub grants: Vec<String>,
    pub rules: Vec<String>,
    /// Lines that accept what the tier gives beyond what the others say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepts: Vec<String>,
}

/// A part of a set: one pattern, or patterns cut with each other and what is taken from them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum TermForm {
    Pattern(String),
    Cut(CutForm),
}

/// What all of `within` cover and none of `except`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CutForm {
    pub within: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

/// A folder as a plugin sees it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MountForm {
    pub guest: String,
    pub folder: String,
    /// Of `read`, `write`, `mkdir`, those that cover all of it.
    pub rights: Vec<String>,
    /// Those that cover some of it: each path in it is decided by the rights themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}

/// A limit and the line that decided it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaForm {
    pub limit: String,
    /// Missing: the built-in default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What some plugins may have together.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BudgetForm {
    /// Missing: the host as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub plugins: Vec<TermForm>,
    /// Limits, with their units.
    pub limits: BTreeMap<String, QuotaForm>,
}

/// A line of a manifest that asks for something.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimForm {
    pub capability: String,
    pub set: Vec<TermForm>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub place: String,
    pub text: String,
}

/// A name that a plugin answers to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameForm {
    pub sort: String,
    pub name: String,
    pub plugin: String,
    pub local: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Of a command or tool: what it is called with, in order. Missing: any arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<ParameterForm>,
    /// Of an endpoint: whom the host lets through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthForm>,
    /// Of an endpoint: how often the host lets anyone through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateForm>,
    /// Of an endpoint: what the host has a request pass first, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub middleware: Vec<String>,
    /// Texts that belong to it: `input-schema` of a command or tool, `template` of a prompt, `body`, `query` and `params` of an
    /// endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attached: BTreeMap<String, String>,
    pub place: String,
}

/// A plugin on a hook.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HookForm {
    pub point: String,
    pub plugin: String,
    pub priority: i64,
    #[serde(rename = "async", default, skip_serializing_if = "std::ops::Not::not")]
    pub detached: bool,
    /// How long the host waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    /// How often the host tries again when it fails.
    #[serde(default, skip_serializing_if = "never_again")]
    pub retries: u8,
    /// Plugins that run after it on this point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// Plugins that run before it on this point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    pub place: String,
}

/// One line of the host profile that offers something.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleForm {
    pub capability: String,
    pub set: Vec<TermForm>,
    pub place: String,
    pub text: String,
}

/// One line of the grants.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantForm {
    pub layer: String,
    pub effect: String,
    pub plugins: Vec<TermForm>,
    /// `publisher:…`, `trust:…` or `digest:sha256:…`; missing: all of `plugins`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    pub capability: String,
    pub set: Vec<TermForm>,
    /// The user's, of what is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub place: String,
    pub text: String,
}

/// What no plugin of a kind may end up with: something of every part.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NeverForm {
    pub layer: String,
    pub plugins: Vec<TermForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    pub parts: Vec<PartForm>,
    pub place: String,
    pub text: String,
}

/// Something of one kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PartForm {
    pub capability: String,
    pub set: Vec<TermForm>,
}

/// What waits for consent, and the line that asks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PendingForm {
    pub capability: String,
    pub set: Vec<TermForm>,
    pub place: String,
}

/// A statement about a publisher.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PublisherForm {
    pub layer: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<TermForm>,
    /// SHA-256 of artifacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<VouchedForm>,
    pub place: String,
    pub text: String,
}

/// A name that someone other than the plugin gives it, and where.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VouchedForm {
    pub name: String,
    pub place: String,
}

/// A text that the plan was made from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceForm {
    pub path: String,
    pub sha256: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn never_again(retries: &u8) -> bool {
    *retries == 0
}
