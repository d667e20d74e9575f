//! THE TABLE of codes. One line a rule: its code, its name, how grave it is, and what it finds. Everything that lists rules
//! (pages, `explain`, completions, tests) reads this table.

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Forbids a plan.
    Error,
    /// A plan is made, and someone should look.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $family:literal])? $code:ident $variant:ident $name:literal $severity:ident $summary:literal;)*) => {
        /// A rule. Its name names the defect and reads after "allow …".
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $summary] $variant,)*
        }

        impl Code {
            /// Every rule, in the order of the table.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The code, as in `S001`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => stringify!($code),)* }
            }

            /// The name, as in `unexpected-token`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// How grave.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// What it finds, in one line.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)* }
            }
        }
    };
}

impl Code {
    /// Whether it says that something is not as it is locked.
    #[must_use]
    pub fn is_of_lock(self) -> bool {
        self.id().starts_with('L')
    }

    /// Whether it is about comments to this tool.
    #[must_use]
    pub fn is_of_comments(self) -> bool {
        self.id().starts_with('C')
    }

    /// Whether it means that a part of a text could not be parsed.
    #[must_use]
    pub fn is_broken_text(self) -> bool {
        matches!(
            self,
            Code::UnexpectedToken | Code::UnterminatedText | Code::TooDeep | Code::BadNumber | Code::BadEscape
        )
    }

    /// The rule with this code or name, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<Code> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(text) || code.name() == text)
    }
}

codes! {
    // Syntax: the text itself.
    S001 UnexpectedToken "unexpected-token" Error "text that the syntax does not allow here";
    S002 UnterminatedText "unterminated-text" Error "a string, comment or block that never ends";
    S003 TooDeep "too-deep" Error "values nested deeper than 64";
    S004 TooLarge "too-large" Error "a file over 1 MiB";
    S005 NotText "not-text" Error "a file that is not UTF-8 text";
    S006 DuplicateKey "duplicate-key" Error "one key twice in one map";
    S007 HiddenCharacter "hidden-character" Error "control or bidirectional characters that make text look like other text";
    S008 YamlFeature "yaml-feature" Error "YAML aliases, tags, merge keys or several documents";
    S009 EmptyFile "empty-file" Error "a file with nothing in it";
    S010 BadNumber "bad-number" Error "a number that cannot be read";
    S011 BadEscape "bad-escape" Error "an escape that does not exist";
    S012 UnknownSyntax "unknown-syntax" Error "a file whose name ends in none of the known syntaxes";
    S013 ByteOrderMark "byte-order-mark" Warning "a byte order mark at the start of a text";
    S014 MixedLineEnds "mixed-line-ends" Warning "lines that end in CR LF among lines that end in LF";
    // Manifest: what one plugin says.
    M001 UnknownField "unknown-field" Error "a field that no manifest, profile or grants file has";
    M002 MissingField "missing-field" Error "a required field that is not there";
    M003 WrongType "wrong-type" Error "a value of another type than the field takes";
    M004 BadName "bad-name" Error "an identifier that cannot be one";
    M005 BadVersion "bad-version" Error "a version or version range that cannot be read";
    M006 BadPattern "bad-pattern" Error "a path, name, endpoint or range pattern that cannot be read";
    M007 BadQuantity "bad-quantity" Error "a quantity that cannot be read";
    M008 BareNumber "bare-number" Warning "a quantity without its unit";
    M009 CoarseRequest "coarse-request" Warning "a request that does not say what it is about";
    M010 UnknownCapability "unknown-capability" Error "a capability kind that does not exist";
    M011 EscapingPath "escaping-path" Error "a file of a plugin that lies outside its folder";
    M012 DuplicateDeclaration "duplicate-declaration" Error "one thing declared twice in a file";
    M013 LookAlike "look-alike" Error "an identifier that can be mistaken for another";
    M014 NoArtifact "no-artifact" Warning "a manifest that names nothing a tier can run";
    M015 UnenforcedLimit "unenforced-limit" Warning "a limit that nothing enforces, and that is therefore no limit";
    M016 UnknownTier "unknown-tier" Error "a tier that does not exist";
    M017 UnknownFolder "unknown-folder" Error "a folder name that the host profile does not define";
    M018 TimeoutAboveWall "timeout-above-wall" Error "a timeout of a hook that is longer than any call of the plugin";
    M019 BadSchema "bad-schema" Error "a schema that cannot be used";
    M020 ConfigMismatch "config-mismatch" Error "a configuration that does not fit its schema";
    M021 LooseMismatch "loose-mismatch" Warning "a configuration that does not fit a schema that is not strict";
    M022 BadParameter "bad-parameter" Error "a parameter that no call could give as it says";
    M023 BadRecovery "bad-recovery" Error "a recovery that contradicts itself";
    M024 BadFallback "bad-fallback" Error "a plugin that cannot stand in for another";
    M025 EmptyText "empty-text" Warning "a text for people with nothing in it";
    M026 LongText "long-text" Warning "a text for people that is longer than anyone reads";
    M027 IdleField "idle-field" Warning "a field that says nothing without another";
    M028 UnknownTarget "unknown-target" Error "a target that its kind of right is never about";
    M029 RepeatedItem "repeated-item" Warning "a list with one thing in it twice";
    M030 BadKind "bad-kind" Error "a kind of right that a host cannot declare";
    M031 TooManyKinds "too-many-kinds" Error "more kinds of right of a host's own than 64";
    M032 TooManyRequests "too-many-requests" Error "more requests than one plugin may make";
    M033 TooManyPatterns "too-many-patterns" Error "more patterns than are decided about together";
    M035 BadLicense "bad-license" Warning "a licence that is no SPDX expression";
    M036 BadLink "bad-link" Warning "a homepage or repository that is no address";
    M037 UntidyText "untidy-text" Warning "a text for people that begins or ends with blanks, or breaks its line";
    M038 LongSummary "long-summary" Note "a summary that fits on no line";
    M039 RepeatedKeyword "repeated-keyword" Warning "a keyword or category that is there twice";
    M040 Unversioned "unversioned" Note "the version `0.0.0`";
    M041 UnexplainedRequest "unexplained-request" Warning "a program that is to be started, and no reason";
    M042 OverbroadRequest "overbroad-request" Warning "a request for everything of its kind";
    M043 SensitivePath "sensitive-path" Warning "a request for a place where secrets lie";
    M044 SensitiveEndpoint "sensitive-endpoint" Warning "a request for an address where a machine is told its credentials";
    M045 PlainHttp "plain-http" Warning "HTTP in the open to a host that is not near";
    M046 SecretVariable "secret-variable" Warning "a variable that looks like a secret, and no reason";
    M047 RedundantRequest "redundant-request" Warning "a request that another one of the manifest covers";
    M048 EmptyBlock "empty-block" Warning "a block with nothing in it";
    M049 PastedSecret "pasted-secret" Warning "a key or token that stands in a text";
    M050 BadPrompt "bad-prompt" Error "a prompt without text, or with one that a model reads and nobody sees";
    // Host and grants: who offers, who allows.
    H001 NoProfile "no-profile" Note "plugins that were linted without a host profile";
    H002 UnknownHook "unknown-hook" Error "a hook point that the host does not have";
    H003 HostMismatch "host-mismatch" Error "a plugin made for other versions of the host or its engines";
    H004 UnknownEngine "unknown-engine" Error "an engine that the host does not state";
    H005 BeyondProfile "beyond-profile" Error "a request that the host does not offer at all";
    H006 TierNotAccepted "tier-not-accepted" Error "a tier that the host does not accept";
    H007 AboveCeiling "above-ceiling" Warning "a quota above the ceiling of the host or of a grant";
    H011 OlderInterface "older-interface" Note "an import of an older version of an interface than the host has";
    H012 InterfaceMismatch "interface-mismatch" Error "an import of a version of an interface that does not fit the host's";
    H013 CoveredOffer "covered-offer" Warning "an offer that another one of the host covers";
    H014 DefaultAboveCeiling "default-above-ceiling" Error "a default of a quota above its ceiling";
    H015 RepeatedName "repeated-name" Warning "a hook point or reserved name that is there twice";
    H016 EverythingOffered "everything-offered" Warning "a host that offers all files to write, all programs or all places";
    H017 IdleInterface "idle-interface" Warning "an interface for rights that the host offers to nobody";
    H018 UnkeptEndpoint "unkept-endpoint" Error "an endpoint with limits that the host does not keep";
    G001 NotGranted "not-granted" Error "a required request that no grant covers";
    G002 DeniedRequest "denied-request" Error "a required request that a deny takes away";
    G003 UnknownPlugin "unknown-plugin" Warning "a grant for a plugin that is not there";
    G004 UnusedGrant "unused-grant" Warning "a grant that no request uses";
    G005 OverlappingFolders "overlapping-folders" Error "one folder in two places, or two folders in one";
    G006 UnknownPublisher "unknown-publisher" Error "a grant for a publisher or a trust tier that nobody states";
    G007 PublisherConflict "publisher-conflict" Error "statements about publishers that disagree";
    G008 UnknownDigest "unknown-digest" Warning "a plugin whose digest cannot be known, and that a line by digest therefore limits";
    G009 BrokenAssertion "broken-assertion" Error "a plugin that ends up with what must never be";
    G010 ShadowedGrant "shadowed-grant" Warning "an allow that a deny takes whole";
    G011 RedundantGrant "redundant-grant" Note "an allow that another allow covers";
    G012 UnofferedGrant "unoffered-grant" Warning "a grant of what the host does not offer";
    G013 SettledAsk "settled-ask" Warning "an ask about what is allowed already";
    G014 OverbroadGrant "overbroad-grant" Warning "everything of a kind for every plugin";
    G015 NeedsConsent "needs-consent" Error "a required request that only an ask covers";
    G016 OptionalConsent "optional-consent" Note "an optional request that only an ask covers";
    // Enforcement: what a tier can hold.
    T001 Unenforceable "unenforceable" Error "a granted set that the plugin's tier cannot enforce exactly";
    T002 UnneededAccept "unneeded-accept" Warning "an accept of whole folders where nothing is granted that is finer";
    T003 NarrowAccept "narrow-accept" Error "an accept of less than the whole folders around what is granted";
    T004 WideAccept "wide-accept" Warning "an accept of more than the whole folders around what is granted";
    T005 BarredAccept "barred-accept" Error "an accept of what a deny takes or the host does not offer";
    // Quotas: what fits.
    Q001 UnenforceableQuota "unenforceable-quota" Error "a limit that the plugin's tier does not enforce";
    Q002 OverCommitted "over-committed" Error "plugins that have more together than a budget gives";
    Q003 UnboundedMember "unbounded-member" Error "a plugin in a budget whose tier does not enforce the quota";
    Q004 EmptyGroup "empty-group" Warning "a group of plugins with nobody in it";
    // Resolution: plugins among each other.
    R001 DuplicatePlugin "duplicate-plugin" Error "two plugins with one id and version";
    R002 MissingDependency "missing-dependency" Error "a dependency that is not there";
    R003 DependencyVersion "dependency-version" Error "a dependency whose version does not fit";
    R004 DependencyCycle "dependency-cycle" Error "plugins that depend on each other in a circle";
    R005 CommandConflict "command-conflict" Error "one name claimed by two plugins";
    R006 ReservedName "reserved-name" Error "a name that the host keeps for itself";
    R007 HookTie "hook-tie" Note "two plugins on one hook with the same priority";
    R008 SeveralVersions "several-versions" Error "several versions of one plugin, and nothing that says which to take";
    R009 VersionConflict "version-conflict" Error "plugins for which no versions fit together";
    R010 UnpinnedChoice "unpinned-choice" Error "several versions that fit, where the host wants each choice pinned";
    R011 BadPin "bad-pin" Error "a pin to a version that there is not, or against another pin";
    R012 NotInstalled "not-installed" Error "a version that was chosen and is not here";
    R013 NotChosen "not-chosen" Note "a manifest that stays out of the plan, because another version is taken";
    R014 YankedVersion "yanked-version" Warning "a version that its author took back";
    R015 ResolutionLimit "resolution-limit" Error "versions too entangled to look for some that fit";
    R020 HookCycle "hook-cycle" Error "plugins on one hook that each run before the next";
    R021 HookContradiction "hook-contradiction" Error "a plugin that is to run before another, and has the lower priority";
    R022 HookNeighbour "hook-neighbour" Warning "an order among hooks with a plugin that does not stand there";
    R023 LookAlikeName "look-alike-name" Warning "a command or other name that can be mistaken for another";
    // Flow: who reaches a right through whom.
    F001 ConfusedDeputy "confused-deputy" Warning "a plugin that can have another do what it may not do itself";
    F002 BeyondFlow "beyond-flow" Error "a plugin that may do more than a flow through it admits";
    F003 MessageCycle "message-cycle" Warning "plugins that can move each other in a circle, by messages, events or tools";
    F004 UnknownRecipient "unknown-recipient" Warning "messages to a plugin that is not there";
    F005 UnpublishedEvent "unpublished-event" Warning "a plugin that waits for an event that nobody publishes";
    F006 UnusedFlow "unused-flow" Warning "a line of a flow that nothing goes through";
    F007 UnguardedRoute "unguarded-route" Warning "an endpoint for some callers only, whose requests another answers that asks less of them";
    // Binary: what the artifact really is.
    B001 NotWasm "not-wasm" Error "an artifact that is not a valid WebAssembly module or component";
    B002 ImportNotGranted "import-not-granted" Error "an import that nothing in the plan provides";
    B003 MissingArtifact "missing-artifact" Error "an artifact that is not where the manifest says";
    B004 NoEntry "no-entry" Error "commands that the artifact has no way to run";
    B005 UnusedRequest "unused-request" Warning "a request that the artifact imports nothing to use with";
    B006 UnrequestedImport "unrequested-import" Note "an import for a right that the manifest does not ask for";
    B007 UndeclaredExport "undeclared-export" Note "functions that the artifact exports and the manifest does not declare";
    B008 ContractVersion "contract-version" Error "an export of the plugin contract in a version that the host does not call";
    B009 ContractShape "contract-shape" Error "an export of the plugin contract that is not what the contract says";
    B010 NoHandler "no-handler" Warning "tools, endpoints or hooks that nothing in the artifact could answer";
    B011 UnsupportedProposal "unsupported-proposal" Error "an artifact that uses proposals which the engine does not accept";
    B012 CannotStart "cannot-start" Error "an artifact that can never be started";
    B013 AboveQuota "above-quota" Error "an artifact that starts with more memory than the plugin may have";
    B014 SlowToCompile "slow-to-compile" Warning "an artifact that takes long to compile";
    B015 EndlessLoop "endless-loop" Warning "an exported function that certainly never ends";
    B016 RunsAtLoad "runs-at-load" Note "code that runs as soon as an artifact is loaded";
    B017 EmbeddedSecret "embedded-secret" Warning "what looks like a key or a token in an artifact";
    B018 DebugInfo "debug-info" Note "an artifact that is largely there for debuggers";
    B019 MisleadingSection "misleading-section" Warning "sections that say what does not hold of the artifact";
    B020 NotALibrary "not-a-library" Error "an artifact of the native tier that is not a shared library for a known machine";
    B021 WeakLibrary "weak-library" Warning "a shared library that is easier to attack than it has to be";
    B022 LibrarySearchPath "library-search-path" Warning "a shared library that has others looked for where anyone may put them";
    B023 UnrequestedSymbol "unrequested-symbol" Warning "system functions in a shared library that no request covers";
    B024 NotAProgram "not-a-program" Error "a command that is not the plain name of a program";
    B025 WithheldImport "withheld-import" Error "an import that the grants or the host keep from the plugin";
    // Lock: what was resolved, and is no longer so. Only `--locked` asks.
    L001 NoLock "no-lock" Error "a host that is to be locked and has no lock";
    L002 NewerLock "newer-lock" Error "a lock of a newer form than is read";
    L003 UnmergedLock "unmerged-lock" Error "a lock with the marks of a merge in it";
    L004 BadLockLine "bad-lock-line" Error "a line that no lock has";
    L005 RepeatedLockLine "repeated-lock-line" Error "two lines of a lock about one thing";
    L006 ChangedHost "changed-host" Error "a host of another name or version than the locked one";
    L007 UnlockedPlugin "unlocked-plugin" Error "a plugin that is not locked";
    L008 LostPlugin "lost-plugin" Error "a plugin that is locked and is not there";
    L009 ChangedVersion "changed-version" Error "a plugin of another version than the locked one";
    L010 SwappedArtifact "swapped-artifact" Error "an artifact that is not the locked one";
    L011 ChangedInterface "changed-interface" Error "an interface that is linked otherwise than it is locked";
    L012 ChangedText "changed-text" Error "a text that is not the locked one";
    L013 ChangedPlan "changed-plan" Error "a plan that is not the locked one, though every line of it is";
    // Comments to this tool, and its configuration.
    C001 UnknownRule "unknown-rule" Warning "a comment or a configuration that names a rule which there is not";
    C002 AllowedError "allowed-error" Warning "a comment or a configuration that allows what cannot be allowed";
    C003 UnusedSuppression "unused-suppression" Warning "a comment that allows what is not found";
    C004 UnexplainedSuppression "unexplained-suppression" Warning "a comment that allows something and gives no reason";
    C005 SelfSuppression "self-suppression" Warning "a comment of a plugin's author that allows what is found of the plugin";
    C006 BadSuppression "bad-suppression" Warning "a comment to this tool that says nothing it could follow";
    // Observed: what recordings say of requests. Only `--observed` asks.
    O001 UnusedWhenObserved "unused-when-observed" Warning "a request that no recording has a use of";
    O002 BroaderThanObserved "broader-than-observed" Note "a request of which recordings have a use of only a part";
}
