//! A folder with answers. Comes in: a place that answers are about, and answers. Goes out: texts that this user's key vouches
//! for. Every file is read whole and checked before anything of it is believed, and written whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ambit_compiler::consent::{Answer, Answers, lower, write};
use ambit_compiler::diag::{Severity, Sink};
use ambit_compiler::source::Sources;
use ambit_compiler::syntax;
use ambit_schema::plan::Plan;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::private::{self, MAX_FILE, Readers};
use crate::seal::Key;
use crate::settle::Text;

/// How many files of one plugin are remembered; beyond that, the one that was answered about first is forgotten.
const MAX_FILES: usize = 8;

/// What answers are about: one host profile, in one folder. The same plugin elsewhere is another matter, because its paths
/// lead elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    host: String,
    folder: String,
}

/// A folder of this user's with answers.
pub struct Store {
    folder: PathBuf,
}

impl Site {
    /// `host` names the host profile: its file, seen from `folder`, or whatever tells it from others. `folder` is the one that
    /// paths of the plan are relative to.
    ///
    /// # Errors
    /// The folder is not there, or its path is no text: two such paths could be written alike.
    pub fn new(host: &str, folder: &Path) -> Result<Site, StoreError> {
        let whole = fs::canonicalize(folder).map_err(|error| StoreError::io(folder, error))?;
        let whole = whole.into_os_string().into_string();
        let whole = whole.map_err(|_| StoreError::io(folder, std::io::ErrorKind::InvalidFilename))?;
        Ok(Site { host: host.to_owned(), folder: whole })
    }

    /// The folder, without links.
    #[must_use]
    pub fn folder(&self) -> &Path {
        Path::new(&self.folder)
    }

    fn is_of(&self, answers: &Answers) -> bool {
        (self.host.as_str(), self.folder.as_str()) == (&answers.host, &answers.folder)
    }

    /// No answers yet.
    pub(crate) fn nothing(&self) -> Answers {
        Answers { host: self.host.clone(), folder: self.folder.clone(), answers: vec![] }
    }

    fn file(&self) -> String {
        let digest = Sha256::digest(format!("{}\0{}", self.folder, self.host));
        let digits: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("{digits}.json")
    }
}

impl Store {
    /// Opens a folder. Where it is not there, nothing was answered; it is made, for this user alone, with the first answer.
    ///
    /// # Errors
    /// It is no folder, or others can write in it.
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        private::folder(folder)?;
        Ok(Store { folder: private::whole(folder)? })
    }

    /// Where it is, without links.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The answers about a site as a text that the compiler reads. `None`: there are none.
    ///
    /// # Errors
    /// There are some, and they cannot be believed.
    pub fn text(&self, site: &Site) -> Result<Option<Text>, StoreError> {
        let path = self.folder.join(site.file());
        Ok(self.checked(&path, Some(site))?.map(|(text, _)| text))
    }

    /// All answers that are kept, by the name of their file; what cannot be believed is an error in their place.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn all(&self) -> Result<Vec<Result<Answers, StoreError>>, StoreError> {
        if !private::folder(&self.folder)? {
            return Ok(vec![]);
        }
        let read = || -> std::io::Result<BTreeSet<PathBuf>> {
            fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.path())).collect()
        };
        let paths = read().map_err(|error| StoreError::io(&self.folder, error))?;
        let texts = paths.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        let answers = |path: PathBuf| self.checked(&path, None).map(|found| found.map(|(_, answers)| answers));
        Ok(texts.filter_map(|path| answers(path).transpose()).collect())
    }

    /// Keeps answers about a site. One that is kept already is not kept twice.
    ///
    /// # Errors
    /// They could not be kept; what was kept before is as it was.
    pub fn add(&self, site: &Site, new: &[Answer]) -> Result<(), StoreError> {
        self.change(site, |answers| {
            answers.retain(|old| !new.iter().any(|new| is_same(old, new)));
            answers.extend(new.iter().cloned());
            forget(answers);
        })
    }

    /// Takes back the answers about a site that `which` chooses, and says how many those were.
    ///
    /// # Errors
    /// They could not be taken back; what was kept is as it was.
    pub fn revoke(&self, site: &Site, which: impl Fn(&Answer) -> bool) -> Result<usize, StoreError> {
        let mut gone = 0;
        self.change(site, |answers| {
            let before = answers.len();
            answers.retain(|answer| !which(answer));
            gone = before - answers.len();
        })?;
        Ok(gone)
    }

    /// The site of answers that are kept.
    #[must_use]
    pub fn site_of(answers: &Answers) -> Site {
        Site { host: answers.host.clone(), folder: answers.folder.clone() }
    }

    /// The first plugin of a plan that could write where answers are kept. `base` is the folder that its paths are relative to.
    #[must_use]
    pub fn in_reach_of<'p>(&self, plan: &'p Plan, base: &Path) -> Option<&'p str> {
        let reaches = |folder: &str| {
            let folder = fs::canonicalize(base.join(folder)).unwrap_or_else(|_| base.join(folder));
            self.folder.starts_with(&folder) || folder.starts_with(&self.folder)
        };
        let plugins = plan.content().plugins.iter();
        let mut able = plugins.filter(|plugin| {
            plugin.mounts.iter().any(|mount| (mount.write.is_some() || mount.mkdir.is_some()) && reaches(&mount.folder))
        });
        able.next().map(|plugin| plugin.id.as_str())
    }

    fn change(&self, site: &Site, change: impl FnOnce(&mut Vec<Answer>)) -> Result<(), StoreError> {
        private::make_folder(&self.folder)?;
        let _writing = private::only_writer(&self.folder)?;
        let path = self.folder.join(site.file());
        let before = self.checked(&path, Some(site))?.map(|(_, answers)| answers);
        let mut answers = before.clone().unwrap_or_else(|| site.nothing());
        change(&mut answers.answers);
        if before.as_ref() == Some(&answers) || before.is_none() && answers.answers.is_empty() {
            return Ok(());
        }
        let text = Key::make(&self.folder)?.seal(&write(&answers));
        if text.len() as u64 > MAX_FILE {
            return Err(StoreError::Full { path });
        }
        private::replace(&self.folder, &path, text.as_bytes())
    }

    /// A file's text and what it says, once its seal and what it is about have been looked at.
    fn checked(&self, path: &Path, site: Option<&Site>) -> Result<Option<(Text, Answers)>, StoreError> {
        let Some(bytes) = private::read(path, Readers::Anyone)? else { return Ok(None) };
        let key = Key::read(&self.folder)?;
        let key = key.ok_or_else(|| StoreError::damaged(path, "the key that would vouch for it is gone"))?;
        if !key.vouches(&bytes) {
            return Err(StoreError::damaged(path, "its seal does not fit, so it was cut off or changed"));
        }
        let answers = read(path, &bytes)?;
        let is_meant = site.is_none_or(|site| site.is_of(&answers));
        if !is_meant || path.file_name().is_none_or(|name| name != Store::site_of(&answers).file().as_str()) {
            return Err(StoreError::damaged(path, "it is about another host or folder"));
        }
        Ok(Some((Text { path: path.to_string_lossy().into_owned(), bytes }, answers)))
    }
}

/// The answers of a text that is vouched for.
fn read(path: &Path, bytes: &[u8]) -> Result<Answers, StoreError> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(path.to_string_lossy(), bytes);
    let answers = lower(&syntax::parse(&sources, file, &mut sink), &mut sink);
    let errors = sink.finish();
    match errors.iter().find(|found| found.severity == Severity::Error) {
        None => Ok(answers),
        Some(found) => {
            let at = sources.position(found.primary.span);
            Err(StoreError::damaged(path, format!("line {}, column {}: {}", at.line, at.column, found.message)))
        }
    }
}

/// Whether two answers say the same of the same.
fn is_same(a: &Answer, b: &Answer) -> bool {
    Answer { span: None, ..a.clone() } == Answer { span: None, ..b.clone() }
}

/// Forgets what was said yes to of files that were long since updated.
fn forget(answers: &mut Vec<Answer>) {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut stays = vec![true; answers.len()];
    for (at, answer) in answers.iter().enumerate().rev().filter(|(_, answer)| answer.yes) {
        let key = (answer.plugin.to_string(), answer.digest.clone());
        let of_it = seen.iter().filter(|(plugin, _)| *plugin == key.0).count();
        if of_it < MAX_FILES || seen.contains(&key) {
            seen.insert(key);
        } else {
            stays[at] = false;
        }
    }
    let mut stays = stays.into_iter();
    answers.retain(|_| stays.next().unwrap_or(true));
}
