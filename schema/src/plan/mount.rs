//! The folders that a plugin sees. Comes in: a folder of the machine. Goes out: what the plugin calls it. Deliberately absent:
//! what holds of mounts together; see `seal`.

/// A folder as a plugin sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
    /// The path that the plugin uses.
    pub guest: String,
    /// The folder of the machine: absolute, or `./…` relative to the plan's base folder.
    pub folder: String,
    /// Whether `fs.read` covers all of it.
    pub read: bool,
    /// Whether `fs.write` covers all of it.
    pub write: bool,
    /// Whether `fs.mkdir` covers all of it.
    pub mkdir: bool,
}

impl Mount {
    /// How a plugin would see another folder in this one; `None` where the other does not lie in it.
    #[must_use]
    pub fn guest_of(&self, folder: &str) -> Option<String> {
        let below = folder.trim_end_matches('/').strip_prefix(self.folder.trim_end_matches('/'))?.strip_prefix('/')?;
        Some(match self.guest.trim_end_matches('/') {
            "." => below.to_owned(),
            guest => format!("{guest}/{below}"),
        })
    }
}
