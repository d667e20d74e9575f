//! A plugin in one of two plans. It may not be there; then it may do nothing.

use ambit_schema::plan::PluginEntry;

use super::lines::Known;

pub(super) struct Side<'s, 'p> {
    pub(super) known: &'s Known<'p>,
    pub(super) plugin: Option<&'p PluginEntry>,
    /// Whether it is the new plan.
    pub(super) now: bool,
}
