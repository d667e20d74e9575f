//! The doors to events and messages: `ambit:host/events` and `ambit:host/messages`, as `runtime/wit/messages.wit` says. Comes in:
//! what a plugin publishes or sends. Goes out: a [`Message`] that waits until the application delivers it, after the gate
//! allowed its name or recipient. Deliberately absent: delivering, which is the host's; see `host/deliver.rs`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use super::Reason;
use crate::tier::wasm::state::PluginState;

/// The recipient that is no plugin.
pub(crate) const HOST: &str = "host";

/// How many messages of one plugin can wait.
pub(crate) const MAX_WAITING: usize = 256;
/// How many messages there can be in a row of which each was sent because of the one before.
pub(crate) const MAX_DEPTH: u32 = 16;

/// An event or a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who sent it. `None`: the host.
    pub sender: Option<PluginId>,
    /// To whom.
    pub to: To,
    /// What it says.
    pub payload: Vec<u8>,
    /// How many in a row were sent because of each other, this one included.
    pub(crate) depth: u32,
}

/// To whom a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// To every other plugin with `event.subscribe` of this name.
    Event(String),
    /// To this plugin.
    Plugin(String),
    /// To the host.
    Host,
}

/// What waits to be delivered.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Oldest first.
    all: VecDeque<Message>,
    /// How many there are of each plugin, and how many bytes their payloads have.
    of: BTreeMap<PluginId, (usize, u64)>,
}

impl Mail {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest message.
    pub(crate) fn take(&self) -> Option<Message> {
        let mut waiting = self.lock();
        let message = waiting.all.pop_front()?;
        if let Some(sender) = &message.sender
            && let Some((count, bytes)) = waiting.of.get_mut(sender)
        {
            *count -= 1;
            *bytes -= message.payload.len() as u64;
            if *count == 0 {
                waiting.of.remove(sender);
            }
        }
        Some(message)
    }

    /// Keeps a message of the host's own.
    pub(crate) fn put(&self, message: Message) {
        self.lock().all.push_back(message);
    }

    /// Keeps a message of a plugin, unless so many wait already or they take more than `most` bytes together.
    fn put_within(&self, sender: &PluginId, message: Message, most: u64) -> bool {
        let mut waiting = self.lock();
        let (count, bytes) = waiting.of.get(sender).copied().unwrap_or_default();
        let bytes = bytes + message.payload.len() as u64;
        if count >= MAX_WAITING || bytes > most {
            return false;
        }
        waiting.of.insert(sender.clone(), (count + 1, bytes));
        waiting.all.push_back(message);
        true
    }
}

/// What both interfaces answer with where they take nothing.
#[derive(Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "too-large")]
    TooLarge(u64),
    #[component(name = "too-many")]
    TooMany,
    #[component(name = "too-deep")]
    TooDeep,
}

type Sent = wasmtime::Result<(Result<(), Error>,)>;

/// Links the door to events.
pub(super) fn link_events(functions: &mut LinkerInstance<'_, PluginState>, _: &str) -> wasmtime::Result<()> {
    functions.func_wrap("publish", |mut store: StoreContextMut<'_, PluginState>, (name, payload)| -> Sent {
        let asked = Asked { kind: Kind::EventPublish, operation: "publish", name };
        Ok((asked.send(store.data_mut(), payload, To::Event),))
    })
}

/// Links the door to messages.
pub(super) fn link_messages(functions: &mut LinkerInstance<'_, PluginState>, _: &str) -> wasmtime::Result<()> {
    functions.func_wrap("send", |mut store: StoreContextMut<'_, PluginState>, (name, payload)| -> Sent {
        let asked = Asked { kind: Kind::MessageSend, operation: "send", name };
        let to = |name: String| if name == HOST { To::Host } else { To::Plugin(name) };
        Ok((asked.send(store.data_mut(), payload, to),))
    })
}

/// What is sent, to the name that the gate is asked for.
struct Asked {
    kind: Kind,
    operation: &'static str,
    name: String,
}

impl Asked {
    fn send(self, state: &mut PluginState, payload: Vec<u8>, to: fn(String) -> To) -> Result<(), Error> {
        let Asked { kind, operation, name } = self;
        if state.gate().ask_named(kind, &name, operation).is_err() {
            return Err(Error::AccessDenied);
        }
        let size = state.quota(Quota::MessageSize);
        if payload.len() as u64 > size.limit {
            state.note_exceeded(size.clone(), operation);
            return Err(Error::TooLarge(size.limit));
        }
        let depth = state.depth + 1;
        if depth > MAX_DEPTH {
            let why = "it is the last of too many in a row that were sent because of each other";
            state.gate.refuse(kind, &name, operation, Reason::Bound(why));
            return Err(Error::TooDeep);
        }
        let Some(mail) = state.offers.mail.as_ref().map(Arc::clone) else { return Err(Error::AccessDenied) };
        let (sender, most) = (&state.gate.entry().id, state.quota(Quota::Memory).limit);
        let message = Message { sender: Some(sender.clone()), to: to(name.clone()), payload, depth };
        if mail.put_within(sender, message, most) {
            return Ok(());
        }
        let why = "as much of the plugin waits to be delivered as may";
        state.gate.refuse(kind, &name, operation, Reason::Bound(why));
        Err(Error::TooMany)
    }
}
