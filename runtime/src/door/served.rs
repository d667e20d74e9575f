//! The doors that stand behind one interface each, beside the base. Comes in: an import and what the plan gives. Goes out: the
//! door, for the linker to link under the very name that is imported. Deliberately absent: what a plugin may do behind a door;
//! each asks the gate.

use std::any::Any;
use std::sync::Arc;

use ambit_schema::interface::{Provision, provision, unversioned};
use ambit_schema::plan::PluginEntry;
use wasmtime::component::LinkerInstance;

use super::config;
use super::database::{self, Database};
use super::mail::{self, Mail};
use super::models::{self, Models};
use super::storage::{self, Store, atomics, batch};
use crate::tier::wasm::state::PluginState;

/// Links the functions of a door, under the whole name of an import.
pub(crate) type Link = fn(&mut LinkerInstance<'_, PluginState>, &str) -> wasmtime::Result<()>;

/// What a host's author keeps behind doors that a host may leave closed.
#[derive(Default)]
pub(crate) struct Offers {
    /// Keys and values.
    pub(crate) store: Option<Box<dyn Store>>,
    /// Tables and procedures.
    pub(crate) database: Option<Box<dyn Database>>,
    /// Models.
    pub(crate) models: Option<Box<dyn Models>>,
    /// Whatever the host's author keeps for interfaces of his own.
    pub(crate) data: Option<Arc<dyn Any + Send + Sync>>,
    /// Events and messages.
    pub(crate) mail: Option<Arc<Mail>>,
}

struct Door {
    /// Without its version.
    interface: &'static str,
    link: Link,
    is_open: fn(&Offers) -> bool,
}

const DOORS: &[Door] = &[
    Door { interface: "ambit:host/database", link: database::link, is_open: |offers| offers.database.is_some() },
    Door { interface: "ambit:host/models", link: models::link, is_open: |offers| offers.models.is_some() },
    Door { interface: "ambit:host/events", link: mail::link_events, is_open: |offers| offers.mail.is_some() },
    Door { interface: "ambit:host/messages", link: mail::link_messages, is_open: |offers| offers.mail.is_some() },
    Door { interface: "wasi:config/store", link: config::link, is_open: |_| true },
    Door { interface: "wasi:keyvalue/atomics", link: atomics::link, is_open: |offers| offers.store.is_some() },
    Door { interface: "wasi:keyvalue/batch", link: batch::link, is_open: |offers| offers.store.is_some() },
    Door { interface: "wasi:keyvalue/store", link: storage::link, is_open: |offers| offers.store.is_some() },
];

fn find(import: &str) -> Option<&'static Door> {
    provision(import)?;
    DOORS.iter().find(|door| door.interface == unversioned(import))
}

/// Whether a door of this sort stands behind an import.
pub(crate) fn is_served(import: &str) -> bool {
    find(import).is_some()
}

/// Whether the plan gives a plugin what it takes to be linked to the door behind an import.
pub(crate) fn is_granted(entry: &PluginEntry, import: &str) -> bool {
    is_served(import)
        && match provision(import) {
            Some(Provision::Always) => true,
            Some(Provision::With(kinds)) => kinds.iter().any(|kind| entry.granted(*kind).is_some()),
            None => false,
        }
}

/// The door behind an import, for a plugin that the plan gives it to, where the host has something behind it.
pub(crate) fn door(entry: &PluginEntry, offers: &Offers, import: &str) -> Option<Link> {
    let door = find(import).filter(|_| is_granted(entry, import))?;
    (door.is_open)(offers).then_some(door.link)
}
