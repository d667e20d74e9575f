//! Plugins are told of events and messages. Comes in: a message. Goes out: a call of the handler that the plugin exports, and what
//! came of it.

use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;

use super::Plugin;
use super::call::CallError;
use super::limits::CallClock;
use super::remains::Remains;
use crate::door::Gate;
use crate::door::mail::{Message, To};
use crate::host::Undelivered;

impl Plugin {
    /// Where the plan loads it among the others.
    pub(crate) fn order(&self) -> usize {
        self.order
    }

    /// What to ask before the plugin is told of an event, if it exports a handler for any.
    pub(crate) fn gate_of_events(&mut self) -> Option<&mut Gate> {
        self.exports.on_event.map(|_| &mut self.gate)
    }

    /// Calls the handler for a message. What it sends meanwhile is one deeper than the message.
    pub(crate) fn hear(&mut self, message: &Message) -> Result<(), Undelivered> {
        let handler = match message.to {
            To::Event(_) => self.exports.on_event,
            To::Plugin(_) | To::Host => self.exports.on_message,
        };
        let handler = handler.ok_or(Undelivered::NoHandler)?;
        let _running = self.running().map_err(Undelivered::Failed)?;
        let mut live = self.take_live("on-message").map_err(Undelivered::Failed)?;
        self.begin(&mut live.store, CallClock::begin_measured);
        live.store.data_mut().depth = message.depth;
        let (store, sender) = (&mut live.store, message.sender.as_ref().map(PluginId::as_str));
        let payload = message.payload.as_slice();
        let ended = match &message.to {
            To::Event(name) => live
                .instance
                .get_typed_func::<(&str, Option<&str>, &[u8]), (Result<(), String>,)>(&mut *store, handler)
                .and_then(|handler| handler.call(store, (name, sender, payload))),
            To::Plugin(_) | To::Host => live
                .instance
                .get_typed_func::<(Option<&str>, &[u8]), (Result<(), String>,)>(&mut *store, handler)
                .and_then(|handler| handler.call(store, (sender, payload))),
        };
        let state = live.store.data_mut();
        state.depth = 0;
        match ended {
            Ok((said,)) => {
                let hit = state.quota(Quota::Output);
                let is_too_long = said.as_ref().is_err_and(|reason| reason.len() as u64 > hit.limit);
                if is_too_long {
                    state.gate.exceeded(&hit, "answer");
                }
                self.left = Remains::take(state, &self.meter);
                self.live = Some(live);
                match is_too_long {
                    true => Err(Undelivered::Failed(CallError::Quota { hit, trap: None })),
                    false => said.map_err(Undelivered::Refused),
                }
            }
            Err(error) => Err(Undelivered::Failed(self.failed(&error, live.store.data_mut()))),
        }
    }
}
