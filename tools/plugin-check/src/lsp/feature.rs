//! What editors ask about a text, a file for each. Comes in: a view and a place in it. Goes out: what the protocol wants to hear.
//! Each is a function of these alone: a view does not change while it is looked at. Deliberately absent: requests and their ids.

mod grammar;
mod known;
mod markdown;
mod past;
mod spot;
mod thing;
mod walk;

pub(super) mod complete;
pub(super) mod hints;
pub(super) mod hover;
pub(super) mod layout;
pub(super) mod lens;
pub(super) mod navigate;
pub(super) mod rename;
pub(super) mod symbols;
pub(super) mod tokens;

#[cfg(test)]
mod tests;
