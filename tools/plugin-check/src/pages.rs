//! The page of every rule, as it stands in `docs/rules`, and the index of them. Comes in: a code. Goes out: Markdown, held
//! in the binary. A code without a page does not compile.

use ambit_compiler::diag::Code;

macro_rules! pages {
    ($($rule:ident $id:literal;)*) => {
        /// The page of a rule.
        #[must_use]
        pub fn page(code: Code) -> &'static str {
            match code {
                $(Code::$rule => include_str!(concat!("../../../docs/rules/", $id, ".md")),)*
            }
        }
    };
}

pages! {
    UnexpectedToken "S001";
    UnterminatedText "S002";
    TooDeep "S003";
    TooLarge "S004";
    NotText "S005";
    DuplicateKey "S006";
    HiddenCharacter "S007";
    YamlFeature "S008";
    EmptyFile "S009";
    BadNumber "S010";
    BadEscape "S011";
    UnknownSyntax "S012";
    ByteOrderMark "S013";
    MixedLineEnds "S014";
    UnknownField "M001";
    MissingField "M002";
    WrongType "M003";
    BadName "M004";
    BadVersion "M005";
    BadPattern "M006";
    BadQuantity "M007";
    BareNumber "M008";
    CoarseRequest "M009";
    UnknownCapability "M010";
    EscapingPath "M011";
    DuplicateDeclaration "M012";
    LookAlike "M013";
    NoArtifact "M014";
    UnenforcedLimit "M015";
    UnknownTier "M016";
    UnknownFolder "M017";
    TimeoutAboveWall "M018";
    BadSchema "M019";
    ConfigMismatch "M020";
    LooseMismatch "M021";
    BadParameter "M022";
    BadRecovery "M023";
    BadFallback "M024";
    EmptyText "M025";
    LongText "M026";
    IdleField "M027";
    UnknownTarget "M028";
    RepeatedItem "M029";
    BadKind "M030";
    TooManyKinds "M031";
    TooManyRequests "M032";
    TooManyPatterns "M033";
    BadLicense "M035";
    BadLink "M036";
    UntidyText "M037";
    LongSummary "M038";
    RepeatedKeyword "M039";
    Unversioned "M040";
    UnexplainedRequest "M041";
    OverbroadRequest "M042";
    SensitivePath "M043";
    SensitiveEndpoint "M044";
    PlainHttp "M045";
    SecretVariable "M046";
    RedundantRequest "M047";
    EmptyBlock "M048";
    PastedSecret "M049";
    BadPrompt "M050";
    NoProfile "H001";
    UnknownHook "H002";
    HostMismatch "H003";
    UnknownEngine "H004";
    BeyondProfile "H005";
    TierNotAccepted "H006";
    AboveCeiling "H007";
    OlderInterface "H011";
    InterfaceMismatch "H012";
    CoveredOffer "H013";
    DefaultAboveCeiling "H014";
    RepeatedName "H015";
    EverythingOffered "H016";
    IdleInterface "H017";
    UnkeptEndpoint "H018";
    NotGranted "G001";
    DeniedRequest "G002";
    UnknownPlugin "G003";
    UnusedGrant "G004";
    OverlappingFolders "G005";
    UnknownPublisher "G006";
    PublisherConflict "G007";
    UnknownDigest "G008";
    BrokenAssertion "G009";
    ShadowedGrant "G010";
    RedundantGrant "G011";
    UnofferedGrant "G012";
    SettledAsk "G013";
    OverbroadGrant "G014";
    NeedsConsent "G015";
    OptionalConsent "G016";
    Unenforceable "T001";
    UnneededAccept "T002";
    NarrowAccept "T003";
    WideAccept "T004";
    BarredAccept "T005";
    UnenforceableQuota "Q001";
    OverCommitted "Q002";
    UnboundedMember "Q003";
    EmptyGroup "Q004";
    DuplicatePlugin "R001";
    MissingDependency "R002";
    DependencyVersion "R003";
    DependencyCycle "R004";
    CommandConflict "R005";
    ReservedName "R006";
    HookTie "R007";
    SeveralVersions "R008";
    VersionConflict "R009";
    UnpinnedChoice "R010";
    BadPin "R011";
    NotInstalled "R012";
    NotChosen "R013";
    YankedVersion "R014";
    ResolutionLimit "R015";
    HookCycle "R020";
    HookContradiction "R021";
    HookNeighbour "R022";
    LookAlikeName "R023";
    ConfusedDeputy "F001";
    BeyondFlow "F002";
    MessageCycle "F003";
    UnknownRecipient "F004";
    UnpublishedEvent "F005";
    UnusedFlow "F006";
    UnguardedRoute "F007";
    NotWasm "B001";
    ImportNotGranted "B002";
    MissingArtifact "B003";
    NoEntry "B004";
    UnusedRequest "B005";
    UnrequestedImport "B006";
    UndeclaredExport "B007";
    ContractVersion "B008";
    ContractShape "B009";
    NoHandler "B010";
    UnsupportedProposal "B011";
    CannotStart "B012";
    AboveQuota "B013";
    SlowToCompile "B014";
    EndlessLoop "B015";
    RunsAtLoad "B016";
    EmbeddedSecret "B017";
    DebugInfo "B018";
    MisleadingSection "B019";
    NotALibrary "B020";
    WeakLibrary "B021";
    LibrarySearchPath "B022";
    UnrequestedSymbol "B023";
    NotAProgram "B024";
    WithheldImport "B025";
    NoLock "L001";
    NewerLock "L002";
    UnmergedLock "L003";
    BadLockLine "L004";
    RepeatedLockLine "L005";
    ChangedHost "L006";
    UnlockedPlugin "L007";
    LostPlugin "L008";
    ChangedVersion "L009";
    SwappedArtifact "L010";
    ChangedInterface "L011";
    ChangedText "L012";
    ChangedPlan "L013";
    UnknownRule "C001";
    AllowedError "C002";
    UnusedSuppression "C003";
    UnexplainedSuppression "C004";
    SelfSuppression "C005";
    BadSuppression "C006";
    UnusedWhenObserved "O001";
    BroaderThanObserved "O002";
}

/// `docs/rules/README.md`: every rule by family, in the order of the table.
#[must_use]
pub fn index() -> String {
    let mut text = String::from(HEAD);
    let mut family = "";
    for code in Code::ALL {
        if !code.id().starts_with(family) || family.is_empty() {
            family = &code.id()[..1];
            text.push_str(&format!(
                "\n## {}\n\n| code | name | severity | finds |\n|---|---|---|---|\n",
                title(family)
            ));
        }
        let (id, name, severity, summary) = (code.id(), code.name(), code.severity().word(), code.summary());
        text.push_str(&format!("| [{id}]({id}.md) | `{name}` | {severity} | {summary} |\n"));
    }
    text
}

const HEAD: &str = "# Rules

Everything that `plugin-check` finds has a code, and every code a page here. `plugin-check explain CODE` prints the page.
An *error* forbids a plan; with a *warning* a plan is made and someone should look; a *note* is worth knowing.

`plugin-check --deny CODE` makes a rule an error for one run, `--warn` a warning, and `--allow` leaves it out; `warnings` and
`notes` stand for all of them. A code beats a group, and of two the graver one holds. What is an error stays one.

A comment `ambit: allow CODE because …` allows what a rule finds in one place, and a `.plugin-check.kdl` says levels for every run:
[pipelines](../pipelines.md).

`plugin-check --fix` makes the edits that say what a text means or must have meant, such as a field that is misspelt;
`--fix --unsafe` also those that change what is asked for or given, such as a missing grant. `--diff` shows them and writes
nothing. Comments and layout stay. A fix after which a text has more errors is taken back, and told as a defect.

This index is made from the table of codes: `AMBIT_UPDATE=1 cargo test -p plugin-check --lib pages` writes it again.
";

fn title(family: &str) -> &'static str {
    match family {
        "S" => "S: syntax, the text itself",
        "M" => "M: manifests and what all files share",
        "H" => "H: the host profile",
        "G" => "G: grants",
        "T" => "T: tiers and what they can enforce",
        "Q" => "Q: quotas, what fits",
        "R" => "R: plugins among each other",
        "F" => "F: flow, who reaches a right through whom",
        "B" => "B: artifacts",
        "L" => "L: the lock, with `--locked`",
        "C" => "C: comments to this tool, and its configuration",
        "O" => "O: what was observed, with `--observed`",
        _ => "Others",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use ambit_compiler::diag::Code;

    use super::{index, page};

    const SECTIONS: [&str; 4] = ["## What", "## Why", "## Example", "## Fix"];

    #[test]
    fn every_page_is_the_one_of_its_code_and_has_its_sections() {
        for code in Code::ALL {
            let text = page(*code);
            let head = format!("# {} {}", code.id(), code.name());
            assert_eq!(text.lines().next(), Some(head.as_str()));
            let sections: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
            assert_eq!(sections, SECTIONS, "{}", code.id());
        }
    }

    #[test]
    fn the_index_is_the_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules/README.md");
        if std::env::var_os("AMBIT_UPDATE").is_some() {
            fs::write(&path, index()).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), index(), "write it again with AMBIT_UPDATE=1");
    }

    #[test]
    fn no_page_is_about_a_code_that_is_gone() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.strip_suffix(".md").unwrap();
            assert!(stem == "README" || Code::find(stem).is_some(), "{name}");
        }
    }
}
