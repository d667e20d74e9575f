//! Quotas and their units. Comes in: text such as `64 MiB` or `250 ms`. Goes out: whole numbers of bytes, milliseconds or
//! things. Which tier enforces which quota stands in `enforce`: a limit that nothing enforces does not exist.

use std::fmt;

use crate::capability::Tier;

mod enforce;

pub use enforce::{Keeping, keeping};

/// How large an artifact may be, in bytes. What no runtime would load is not planned either.
pub const MAX_ARTIFACT: u64 = 64 << 20;

/// How many elements one table of a WebAssembly plugin may have: the engine keeps address space for so many.
pub const MAX_TABLE_ELEMENTS: usize = 100_000;
/// How many core instances one WebAssembly plugin may consist of. No plugin takes the room of many.
pub const MAX_INSTANCES: u32 = 64;
/// How many memories its instances may have together.
pub const MAX_MEMORIES: u32 = 8;
/// How many memories one of its modules may have.
pub const MAX_MODULE_MEMORIES: u32 = 1;
/// How many tables its instances may have together.
pub const MAX_TABLES: u32 = 64;
/// How many tables one of its modules may have.
pub const MAX_MODULE_TABLES: u32 = 16;

/// How deep components and modules may be nested in each other. What reads them takes time by the square of it.
pub const MAX_NESTING: usize = 100;

/// What a quota counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Bytes: `B`, `KiB`, `MiB`, `GiB`, `kB`, `MB`, `GB`.
    Bytes,
    /// Milliseconds: `ms`, `s`, `min`, `h`.
    Milliseconds,
    /// Bytes per second: a size, and `/s`, as in `1 MiB/s`.
    BytesPerSecond,
    /// Hundredths of one processor: `%`.
    Percent,
    /// Things: a bare number.
    Count,
}

macro_rules! quotas {
    ($($(#[doc = $doc:literal])* $name:ident $key:literal $unit:ident $default:expr;)*) => {
        /// A limit on one plugin. [`keeping`] says which tier enforces it; no plan has one that its plugin's tier does not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Quota {
            $($(#[doc = $doc])* $name,)*
        }

        impl Quota {
            /// Every quota, in the order of the table.
            pub const ALL: &[Quota] = &[$(Quota::$name,)*];

            /// Its key in manifests, profiles and grants.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Quota::$name => $key,)* }
            }

            /// What it counts in.
            #[must_use]
            pub fn unit(self) -> Unit {
                match self { $(Quota::$name => Unit::$unit,)* }
            }

            /// What holds where nobody says anything and the tier enforces it, in its unit. `None`: no limit.
            #[must_use]
            pub fn default_value(self) -> Option<u64> {
                match self { $(Quota::$name => $default,)* }
            }
        }
    };
}

quotas! {
    /// Linear memory of all instances of the plugin together.
    Memory "memory" Bytes Some(64 << 20);
    /// CPU time of one call.
    Cpu "cpu" Milliseconds Some(5_000);
    /// Time of one call from start to end, waiting included.
    Wall "wall" Milliseconds Some(30_000);
    /// What one call may write to standard output and standard error together.
    Output "output" Bytes Some(1 << 20);
    /// Line ends in it.
    OutputLines "output-lines" Count None;
    /// How fast it is written, over all instances of the plugin.
    OutputRate "output-rate" BytesPerSecond None;
    /// Open files, connections and other handles at one time.
    Handles "handles" Count Some(256);
    /// The size to which one file may grow.
    FileSize "file-size" Bytes Some(64 << 20);
    /// By how much all files that it changes may grow, from its load on.
    Disk "disk" Bytes Some(256 << 20);
    /// Keys and values that it has in the host's key-value store, all together.
    Storage "storage" Bytes Some(16 << 20);
    /// Open connections at one time.
    Connections "connections" Count None;
    /// What passes over its connections, both ways together.
    Bandwidth "bandwidth" BytesPerSecond None;
    /// The payload of one event, or of one message to a plugin or to the host.
    MessageSize "message-size" Bytes Some(1 << 20);
    /// Calls of the plugin that run at one time, in all its instances.
    Concurrency "concurrency" Count None;
    /// Threads.
    Threads "threads" Count Some(1);
    /// CPU time in each second of time that passes: 100 % is one processor.
    CpuShare "cpu-share" Percent None;
}

impl Quota {
    /// The quota with this key.
    #[must_use]
    pub fn find(key: &str) -> Option<Quota> {
        Self::ALL.iter().copied().find(|quota| quota.key() == key)
    }

    /// What holds in a tier where nobody says anything. `None`: no limit.
    #[must_use]
    pub fn default_in(self, tier: Tier) -> Option<u64> {
        match keeping(self, tier) {
            Keeping::Any => self.default_value(),
            Keeping::Only(value) => Some(value),
            Keeping::Nothing(_) => None,
        }
    }

    /// Whether what several plugins have of it adds up. What is counted for each call, file or message does not.
    #[must_use]
    pub fn adds_up(self) -> bool {
        match self {
            Quota::Cpu | Quota::Wall | Quota::Output | Quota::OutputLines | Quota::FileSize | Quota::MessageSize => {
                false
            }
            Quota::Memory
            | Quota::OutputRate
            | Quota::Handles
            | Quota::Disk
            | Quota::Storage
            | Quota::Connections
            | Quota::Bandwidth
            | Quota::Concurrency
            | Quota::Threads
            | Quota::CpuShare => true,
        }
    }

    /// The quotas that a tier enforces, in the order of the table.
    pub fn of(tier: Tier) -> impl Iterator<Item = Quota> {
        Self::ALL.iter().copied().filter(move |quota| quota.is_enforced_by(tier))
    }

    /// The tiers that enforce it.
    pub fn tiers(self) -> impl Iterator<Item = Tier> {
        Tier::ALL.iter().copied().filter(move |tier| self.is_enforced_by(*tier))
    }

    fn is_enforced_by(self, tier: Tier) -> bool {
        !matches!(keeping(self, tier), Keeping::Nothing(_))
    }
}

/// Why a text is no quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityError {
    /// It does not start with a number.
    NoNumber,
    /// It has a number and no unit; the unit that a bare number would have is assumed by nobody.
    NoUnit,
    /// The unit is not one of the kind.
    Unit(String),
    /// The value does not fit 64 bits, or is not a whole number of the base unit.
    Range,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuantityError::NoNumber => write!(f, "it does not start with a number"),
            QuantityError::NoUnit => write!(f, "it has no unit"),
            QuantityError::Unit(unit) => write!(f, "`{unit}` is not a unit of this quantity"),
            QuantityError::Range => write!(f, "it is too large, or no whole number of the smallest unit"),
        }
    }
}

impl std::error::Error for QuantityError {}

impl Unit {
    /// The units of this kind with their size in the base unit, smallest first.
    #[must_use]
    pub fn scale(self) -> &'static [(&'static str, u64)] {
        match self {
            Unit::Bytes => &[
                ("B", 1),
                ("kB", 1_000),
                ("KiB", 1 << 10),
                ("MB", 1_000_000),
                ("MiB", 1 << 20),
                ("GB", 1_000_000_000),
                ("GiB", 1 << 30),
            ],
            Unit::Milliseconds => &[("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000)],
            Unit::BytesPerSecond => &[
                ("B/s", 1),
                ("kB/s", 1_000),
                ("KiB/s", 1 << 10),
                ("MB/s", 1_000_000),
                ("MiB/s", 1 << 20),
                ("GB/s", 1_000_000_000),
                ("GiB/s", 1 << 30),
            ],
            Unit::Percent => &[("%", 1)],
            Unit::Count => &[("", 1)],
        }
    }

    /// What a quantity of it looks like, for messages.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Unit::Bytes => "64 MiB",
            Unit::Milliseconds => "250 ms",
            Unit::BytesPerSecond => "1 MiB/s",
            Unit::Percent => "25 %",
            Unit::Count => "16",
        }
    }

    /// Reads a quantity such as `64 MiB`, `1.5 s` or `12`, into the base unit.
    pub fn parse(self, text: &str) -> Result<u64, QuantityError> {
        self.usual(text).map_or_else(|| self.in_full(text), Ok)
    }

    /// What most quantities are: a few digits, and a unit behind one blank or none. `None`: any other, right or wrong.
    fn usual(self, text: &str) -> Option<u64> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        if unit.is_empty() || !(1..=9).contains(&digits) {
            return None;
        }
        let (_, size) = self.scale().iter().find(|(name, _)| *name == unit)?;
        number.parse::<u64>().ok()?.checked_mul(*size)
    }

    fn in_full(self, text: &str) -> Result<u64, QuantityError> {
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
        let (number, unit) = (text[..split].replace('_', ""), text[split..].trim());
        if number.is_empty() {
            return Err(QuantityError::NoNumber);
        }
        if unit.is_empty() && self != Unit::Count {
            return Err(QuantityError::NoUnit);
        }
        let found = self.scale().iter().find(|(name, _)| *name == unit);
        let (_, size) = found.ok_or_else(|| QuantityError::Unit(unit.to_owned()))?;
        scaled(&number, *size)
    }

    /// The shortest exact spelling, such as `64 MiB`.
    #[must_use]
    pub fn show(self, value: impl Into<u128>) -> String {
        let value: u128 = value.into();
        let exact = self.scale().iter().rev().find(|(_, size)| value != 0 && value.is_multiple_of(u128::from(*size)));
        match exact {
            Some((unit, size)) if !unit.is_empty() => format!("{} {unit}", value / u128::from(*size)),
            _ if self == Unit::Count => value.to_string(),
            _ => format!("{value} {}", self.scale()[0].0),
        }
    }
}

/// `1.5` × 1000, exactly.
fn scaled(number: &str, size: u64) -> Result<u64, QuantityError> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || number.ends_with('.') || part.contains('.') || part.len() > 9 {
        return Err(QuantityError::Range);
    }
    let whole: u128 = whole.parse().map_err(|_| QuantityError::Range)?;
    let tens = 10_u128.pow(u32::try_from(part.len()).unwrap_or(9));
    let part: u128 = if part.is_empty() { 0 } else { part.parse().map_err(|_| QuantityError::Range)? };
    let total = whole.checked_mul(tens).and_then(|whole| (whole + part).checked_mul(u128::from(size)));
    let total = total.filter(|total| total.is_multiple_of(tens)).ok_or(QuantityError::Range)?;
    u64::try_from(total / tens).map_err(|_| QuantityError::Range)
}

#[cfg(test)]
mod tests {
    use super::{QuantityError, Unit};

    #[test]
    fn reads_units_exactly() {
        assert_eq!(Unit::Bytes.parse("64 MiB"), Ok(64 << 20));
        assert_eq!(Unit::Bytes.parse("64MB"), Ok(64_000_000));
        assert_eq!(Unit::Milliseconds.parse("1.5 s"), Ok(1_500));
        assert_eq!(Unit::Count.parse("1_000"), Ok(1_000));
        assert_eq!(Unit::BytesPerSecond.parse("1 MiB/s"), Ok(1 << 20));
        assert_eq!(Unit::Percent.parse("25 %"), Ok(25));
    }

    #[test]
    fn usual_quantities_are_read_as_all_are() {
        for unit in [Unit::Bytes, Unit::Milliseconds, Unit::BytesPerSecond, Unit::Percent, Unit::Count] {
            for number in ["", "0", "7", "007", "24", "999999999", "9999999999", "1_0", "1.5", "-1"] {
                for name in ["", " ", "B", " B", "  B", " MiB", "GiB/s", " kB/s", "h", " ms", "%", " % ", " µs"] {
                    let text = format!("{number}{name}");
                    let usual = unit.usual(&text);
                    assert!(usual.is_none() || usual == unit.in_full(&text).ok(), "{text}");
                }
            }
        }
        assert_eq!((Unit::Bytes.usual("24 MiB"), Unit::Milliseconds.usual("2s")), (Some(24 << 20), Some(2_000)));
    }

    #[test]
    fn refuses_what_would_be_guessed() {
        assert_eq!(Unit::Bytes.parse("64"), Err(QuantityError::NoUnit));
        assert_eq!(Unit::Bytes.parse("64 mib"), Err(QuantityError::Unit("mib".into())));
        assert_eq!(Unit::Milliseconds.parse("0.5 ms"), Err(QuantityError::Range));
        assert_eq!(Unit::BytesPerSecond.parse("1 MiB"), Err(QuantityError::Unit("MiB".into())));
        assert_eq!(Unit::Percent.parse("0.25"), Err(QuantityError::NoUnit));
        assert_eq!(Unit::Bytes.parse("-1 MiB"), Err(QuantityError::NoNumber));
        assert_eq!(Unit::Bytes.parse("99999999999999999999 GiB"), Err(QuantityError::Range));
    }

    #[test]
    fn shows_what_it_reads() {
        for (unit, text) in [
            (Unit::Bytes, "64 MiB"),
            (Unit::Bytes, "0 B"),
            (Unit::Bytes, "3 kB"),
            (Unit::Milliseconds, "1500 ms"),
            (Unit::Milliseconds, "2 min"),
            (Unit::BytesPerSecond, "1 MiB/s"),
            (Unit::Percent, "250 %"),
        ] {
            assert_eq!(unit.show(unit.parse(text).unwrap()), text);
        }
    }
}
