//! What editors ask about a text, a file for each. Comes in: a view and a place in it. Goes out: what the protocol wants to hear.
//! Each is a function of these alone: a view does not change while it is looked at. Deliberately absent: requests and their ids.

pub(super) mod hover;
