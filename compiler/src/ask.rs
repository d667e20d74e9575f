//! What somebody has to be asked. Comes in: a decided model and the answers so far. Goes out: [`Question`]s: what a plugin
//! wants, why, what it costs to refuse, and why it is asked now. Deliberately absent: who is asked, and how.

use ambit_schema::capability::{CapSet, Kind, Risk};
use ambit_schema::name::PluginId;
use ambit_schema::plan::{Effect, Place};
use ambit_schema::sensitive::gravest;
use semver::Version;

use crate::bind::{BoundClaim, Decision, Model, Plugin, place};
use crate::consent::{Answer, Answers, Standing, standing};

/// Something that a plugin asks for and that only a yes can give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who wants it.
    pub plugin: PluginId,
    /// Which version of it.
    pub version: Version,
    /// The SHA-256 of its file, in hexadecimal: a yes is for this file.
    pub digest: String,
    /// What kind of right.
    pub kind: Kind,
    /// Exactly what of it: what is asked for and offered, that lines ask about, and that nothing gives or takes yet.
    pub set: CapSet,
    /// One thing of it that tells most, as people write it, and what is to be found there.
    pub example: Option<(String, &'static str)>,
    /// How grave it is to give.
    pub risk: Risk,
    /// Whether the plugin cannot be had without it.
    pub required: bool,
    /// The lines of the manifest that want it.
    pub claims: Vec<Wish>,
    /// The lines of the grants that ask first.
    pub asks: Vec<(Place, String)>,
    /// Why it is asked now.
    pub standing: Standing,
}

/// A line of a manifest that wants something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The author's reason: an allegation, as all that a manifest says.
    pub reason: Option<String>,
    /// Where.
    pub place: Place,
    /// The author's own text.
    pub text: String,
}

impl Question {
    /// The answer to it.
    #[must_use]
    pub fn answered(&self, yes: bool) -> Answer {
        Answer {
            plugin: self.plugin.clone(),
            version: self.version.clone(),
            digest: self.digest.clone(),
            yes,
            capability: self.kind.key().to_owned(),
            set: self.set.terms(),
            span: None,
        }
    }
}

/// The questions, by plugin and kind. What a plugin's tier could not hold anyway is not asked about.
#[must_use]
pub fn questions(model: &Model<'_>, texts: &[Answers]) -> Vec<Question> {
    let of = |plugin| decided(plugin).filter_map(|(digest, decision)| question(model, plugin, digest, decision, texts));
    model.plugins.iter().flat_map(of).collect()
}

fn decided(plugin: &Plugin) -> impl Iterator<Item = (&String, &Decision)> {
    let digest = plugin.identity.digest.as_ref();
    digest.into_iter().flat_map(|digest| plugin.decisions.iter().map(move |decision| (digest, decision)))
}

fn question(
    model: &Model<'_>,
    plugin: &Plugin,
    digest: &str,
    decision: &Decision,
    texts: &[Answers],
) -> Option<Question> {
    let open = decision.open.as_deref()?;
    let kind = decision.kind;
    let asks = || model.lines(plugin, kind).filter(|grant| grant.line.effect == Effect::Ask);
    let asked = CapSet::union_near(kind, asks().map(|grant| &grant.line.set), open);
    let set = open.intersect(&asked).simplify();
    if set.is_empty() || !plugin.holds(kind).holds(&decision.granted.union(&set)) {
        return None;
    }
    let meets = |other: &CapSet| !other.is_disjoint(&set);
    let claims = || plugin.claims.iter().filter(|claim| claim.line.kind == kind && meets(&claim.line.set));
    let version = plugin.manifest.version.said();
    let (example, what, risk) = gravest(kind, &set);
    Some(Question {
        plugin: plugin.manifest.id.said().clone(),
        version: version.clone(),
        digest: digest.to_owned(),
        kind,
        example: example.map(|example| (example, what)),
        risk,
        required: claims().any(|claim| needs(claim, decision)),
        claims: claims().map(wish).collect(),
        asks: asks().filter(|ask| meets(&ask.line.set)).map(|ask| place(model.sources, ask.span)).collect(),
        standing: stands(texts, plugin.id(), version, digest),
        set,
    })
}

/// Whether there is no plan without it: a request that does not say what it is about is content with anything.
fn needs(claim: &BoundClaim, decision: &Decision) -> bool {
    !claim.line.optional && (!claim.is_coarse() || decision.granted.is_empty())
}

fn wish(claim: &BoundClaim) -> Wish {
    let line = &claim.line;
    Wish { reason: line.reason.clone(), place: line.place.clone(), text: line.text.clone() }
}

/// The most telling of how a plugin stands to each text.
fn stands(texts: &[Answers], id: &str, version: &Version, digest: &str) -> Standing {
    let all = texts.iter().map(|text| standing(&text.answers, id, version, digest).standing);
    all.max_by_key(|standing| match standing {
        Standing::New => 0,
        Standing::Update(_) => 1,
        Standing::Same => 2,
        Standing::Changed(_) => 3,
    })
    .unwrap_or(Standing::New)
}

/// What updates keep of what was said yes to, as answers about what is there now: written down, they hold for it alone.
#[must_use]
pub fn kept(model: &Model<'_>, text: &Answers) -> Vec<Answer> {
    let mut kept = vec![];
    for plugin in &model.plugins {
        let Some(digest) = &plugin.identity.digest else { continue };
        let version = plugin.manifest.version.said();
        let applied = standing(&text.answers, plugin.id(), version, digest);
        if matches!(applied.standing, Standing::Update(_)) {
            let now = |answer: &Answer| Answer {
                version: version.clone(),
                digest: digest.clone(),
                span: None,
                ..answer.clone()
            };
            kept.extend(applied.answers.into_iter().filter(|answer| answer.yes).map(now));
        }
    }
    kept
}
