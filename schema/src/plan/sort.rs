//! What names are for: commands, tools and the like, with their words. Deliberately absent: the names; see `NameEntry`.

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSort {
    /// Something a user calls.
    Command,
    /// Something an agent calls.
    Tool,
    /// Something that answers HTTP requests; its name is the route.
    Endpoint,
    /// A kind of pane that it draws.
    Pane,
    /// An event that it defines.
    Event,
    /// A text for a model.
    Prompt,
}

impl NameSort {
    /// Every sort.
    pub const ALL: &[NameSort] =
        &[NameSort::Command, NameSort::Tool, NameSort::Endpoint, NameSort::Pane, NameSort::Event, NameSort::Prompt];

    /// Its word in plans and messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            NameSort::Command => "command",
            NameSort::Tool => "tool",
            NameSort::Endpoint => "endpoint",
            NameSort::Pane => "pane",
            NameSort::Event => "event",
            NameSort::Prompt => "prompt",
        }
    }
}
