//! How much decides what a rule finds in a text. Comes in: a code. Goes out: whether the text alone decides, or with it the host
//! and the grants, or everything. Whoever looks at one text alone reads this table; a test holds it against every fixture.

use super::Code;

/// What decides whether a rule finds something in a text, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The text itself, and what kinds of right the host has of its own.
    Text,
    /// With it the host profile, the grants and the index.
    Ground,
    /// All texts, and the files that plugins run.
    Whole,
}

impl Code {
    /// What decides. Of a rule that several stages ask, the widest.
    #[must_use]
    pub fn reach(self) -> Reach {
        use Code as C;
        match self {
            C::UnknownField | C::MissingField | C::BadName | C::BadVersion | C::BadQuantity | C::BareNumber => {
                Reach::Text
            }
            C::UnknownCapability | C::UnknownTier | C::BadParameter | C::BadRecovery | C::IdleField => Reach::Text,
            C::RepeatedItem | C::BadKind | C::TooManyKinds | C::TooManyRequests | C::EmptyBlock | C::PastedSecret => {
                Reach::Text
            }
            C::BadPattern | C::CoarseRequest | C::DuplicateDeclaration | C::UnenforcedLimit => Reach::Ground,
            C::EmptyText | C::LongText | C::UntidyText | C::BadLicense | C::BadLink | C::LongSummary => Reach::Ground,
            C::RepeatedKeyword | C::Unversioned | C::UnknownTarget | C::RedundantRequest => Reach::Ground,
            C::UnexplainedRequest | C::OverbroadRequest | C::SensitivePath | C::SensitiveEndpoint => Reach::Ground,
            C::PlainHttp | C::SecretVariable | C::UnknownHook | C::HostMismatch | C::UnknownEngine => Reach::Ground,
            C::TooManyPatterns
            | C::BeyondProfile
            | C::TierNotAccepted
            | C::UnkeptEndpoint
            | C::NotGranted
            | C::DeniedRequest => Reach::Ground,
            C::NeedsConsent | C::OptionalConsent | C::Unenforceable | C::UnenforceableQuota => Reach::Ground,
            _ if self.id().starts_with('S') => Reach::Text,
            _ => Reach::Whole,
        }
    }
}
