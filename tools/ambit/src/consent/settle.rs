//! The consent of a run. Comes in: a workspace, and what the command line says. Goes out: the compilation with all answers in
//! it, and the workspace as it was compiled, so that findings can point into the answers too.

use std::io::{self, BufReader, IsTerminal};
use std::path::Path;

use ambit_compiler::Compilation;
use ambit_compiler::ask::Question;
use ambit_consent::{Agreements, Ask, Reply, Site, settle};
use plugin_check::load::Workspace;

use super::agreements;
use super::prompt::Prompt;

/// What came of it.
pub(crate) struct Settled {
    pub(crate) compilation: Compilation,
    pub(crate) workspace: Workspace,
    /// Whether questions were left that nobody was there to answer.
    pub(crate) unasked: bool,
}

/// Asks about what `plugin` wants, and about what others cannot be without. `consents` is `none` where nothing is to be asked
/// or read.
pub(crate) fn settled(workspace: Workspace, plugin: &str, consents: Option<&Path>) -> Result<Settled, String> {
    // Where nothing is to be asked, answers give nothing either: then nobody has to be able to read them.
    let compilation = workspace.compile();
    let unasked = !compilation.questions.is_empty();
    if !unasked || consents.is_some_and(|folder| folder.as_os_str() == "none") {
        return Ok(Settled { compilation, workspace, unasked });
    }
    let said = |error: ambit_consent::StoreError| error.to_string();
    let host = workspace.profile.map_or("", |profile| workspace.sources.get(profile).path()).to_owned();
    let site = Site::new(&host, &workspace.base).map_err(said)?;
    let agreements = agreements(consents).map_err(said)?;
    let mut compiled = workspace.clone();
    let mut compile = |texts: &[ambit_consent::Text]| {
        compiled = workspace.with_answers(texts.iter().map(|text| (text.path.as_str(), text.bytes.as_slice())));
        compiled.compile()
    };
    let mut unasked = false;
    let mut asking = asking(&agreements, &workspace);
    let mut ask = |question: &Question| match &mut asking {
        Some(asking) if question.required || question.plugin.as_str() == plugin => asking.ask(question),
        Some(_) => Reply::No,
        None => {
            unasked = true;
            Reply::No
        }
    };
    let compilation = settle(&agreements, &site, &mut compile, &mut ask).map_err(said)?;
    let apart = apart(&agreements, &compilation, &workspace, &site);
    drop(asking);
    apart.map(|()| Settled { compilation, workspace: compiled, unasked })
}

/// Whoever sits at the terminal, if it is one.
fn asking(agreements: &Agreements, workspace: &Workspace) -> Option<Prompt<BufReader<io::Stdin>, io::Stderr>> {
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let workspace = workspace.clone();
    is_terminal.then(|| Prompt {
        from: BufReader::new(io::stdin()),
        to: io::stderr(),
        has_session: agreements.session.is_some(),
        shown: Box::new(move |path| workspace.shown(path)),
    })
}

/// Answers that a plugin could write itself would be worth nothing.
fn apart(agreements: &Agreements, compilation: &Compilation, workspace: &Workspace, site: &Site) -> Result<(), String> {
    let manifests = workspace.manifests.iter().map(|file| site.folder().join(workspace.sources.get(*file).path()));
    let packages: Vec<_> = manifests.filter_map(|path| path.parent().map(Path::to_owned)).collect();
    for store in agreements.always.iter().chain(&agreements.session) {
        let folder = store.folder().display();
        if packages.iter().any(|package| store.folder().starts_with(package)) {
            return Err(format!("`{folder}` is in the folder of a plugin, which could bring answers with it"));
        }
        let able = compilation.plan.as_ref().and_then(|plan| store.in_reach_of(plan, site.folder()));
        if let Some(plugin) = able {
            return Err(format!(
                "`{plugin}` may write where answers are kept, in `{folder}`; keep them elsewhere with `--consents`, or give it less"
            ));
        }
    }
    Ok(())
}
