//! Delivering what plugins publish and send. Comes in: the plugins of an application, and what waits. Goes out: calls of their
//! handlers, in load order, and what came of each. Deliberately absent: threads; whatever a plugin sends while it is told of
//! something waits until that call is over.

use ambit_schema::capability::Kind;

use crate::door::mail::{Message, To};
use crate::host::Host;
use crate::tier::wasm::{CallError, Plugin};

/// What came of a message at one place.
#[derive(Debug)]
pub struct Delivery<'m> {
    /// The message.
    pub message: &'m Message,
    /// The plugin that was told. `None`: the host, or nobody.
    pub plugin: Option<&'m str>,
    /// Whether it took it.
    pub ended: Result<(), Undelivered>,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// No plugin of that id was there.
    Nobody,
    /// The plugin exports no handler for it.
    NoHandler,
    /// The plugin answered with an error: its own words.
    Refused(String),
    /// The call did not come to its end.
    Failed(CallError),
}

impl Host {
    /// Publishes an event as the host, which takes no right. It waits until it is delivered. Does nothing where the host was
    /// built without [`messages`](crate::HostBuilder::messages).
    pub fn publish(&self, event: &str, payload: &[u8]) {
        self.put(To::Event(event.to_owned()), payload);
    }

    /// Sends a message to a plugin as the host, as [`publish`](Self::publish) does with an event.
    pub fn send(&self, plugin: &str, payload: &[u8]) {
        self.put(To::Plugin(plugin.to_owned()), payload);
    }

    fn put(&self, to: To, payload: &[u8]) {
        if let Some(mail) = &self.inner.offers.mail {
            mail.put(Message { sender: None, to, payload: payload.to_owned(), depth: 0 });
        }
    }

    /// Delivers everything that waits, and everything that is sent because of it, oldest first, to these plugins; an event to
    /// all its subscribers in the order in which the plan loads them. `told` hears what came of each, and gets what is for
    /// the host. It ends: there are at most 16 messages in a row that were sent because of each other, and 256 of each plugin that wait.
    pub fn deliver<'p>(&self, plugins: impl IntoIterator<Item = &'p mut Plugin>, mut told: impl FnMut(&Delivery<'_>)) {
        let Some(mail) = &self.inner.offers.mail else { return };
        let mut plugins: Vec<&mut Plugin> = plugins.into_iter().collect();
        plugins.sort_by_key(|plugin| plugin.order());
        while let Some(message) = mail.take() {
            match &message.to {
                To::Host => told(&Delivery { message: &message, plugin: None, ended: Ok(()) }),
                To::Plugin(id) => match plugins.iter_mut().find(|plugin| plugin.entry().id.as_str() == id) {
                    Some(plugin) => {
                        let ended = plugin.hear(&message);
                        told(&Delivery { message: &message, plugin: Some(id), ended });
                    }
                    None => told(&Delivery { message: &message, plugin: None, ended: Err(Undelivered::Nobody) }),
                },
                To::Event(name) => {
                    for plugin in &mut plugins {
                        if !plugin.is_told_of(name, &message) {
                            continue;
                        }
                        let ended = plugin.hear(&message);
                        told(&Delivery { message: &message, plugin: Some(plugin.entry().id.as_str()), ended });
                    }
                }
            }
        }
    }
}

impl Plugin {
    /// Whether an event is for this plugin: it has the right to it and a handler, and did not publish it itself.
    fn is_told_of(&mut self, event: &str, message: &Message) -> bool {
        let Some(gate) = self.gate_of_events() else { return false };
        message.sender.as_ref() != Some(&gate.entry().id)
            && gate.holds(Kind::EventSubscribe, event)
            && gate.ask(Kind::EventSubscribe, event, "receive").is_ok()
    }
}
