//! The written form of a plan: canonical, versioned JSON with the hash of its own content. Comes in: a [`Plan`], or bytes.
//! Goes out: bytes, or a plan that passed [`Draft::seal`](crate::plan::Draft::seal) again. The only serde forms of this crate stand here.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::cores::Cores;
use crate::plan::{Plan, SealError};

mod decode;
mod encode;
mod endpoint;
mod form;
mod json;
mod parameter;
mod recording;
mod recovery;

pub use recording::{MARK, MAX_BYTES, decode_recording, encode_recording};

use form::PlanForm;
use json::Json;

/// The version of the written form. A plan of another version is refused.
pub const VERSION: u32 = 1;

/// Why bytes are no plan.
#[derive(Debug)]
pub enum DecodeError {
    /// They are not JSON of this form; the text says where and why.
    Form(String),
    /// They are a plan of another version of the form.
    Version(u32),
    /// A value in them cannot be read; the text names it.
    Value(String),
    /// The content is not as a plan must be.
    Seal(SealError),
    /// The content is not the one that was hashed: someone edited it, or cut it.
    Hash {
        /// What the plan says.
        said: String,
        /// What its content gives.
        found: String,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Form(what) => write!(f, "not a plan: {what}"),
            DecodeError::Version(found) => {
                write!(f, "a plan of version {found}, where version {VERSION} is read: compile it again")
            }
            DecodeError::Value(what) => write!(f, "a plan with a value that cannot be read: {what}"),
            DecodeError::Seal(error) => write!(f, "not a valid plan: {error}"),
            DecodeError::Hash { said, found } => {
                write!(f, "a plan that was changed after it was sealed: it says {said}, its content is {found}")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// The bytes of a plan: the same for the same plan, always.
#[must_use]
pub fn encode(plan: &Plan) -> Vec<u8> {
    encode_on(plan, Cores::ONE)
}

/// The same on several cores.
#[must_use]
pub fn encode_on(plan: &Plan, cores: Cores) -> Vec<u8> {
    let (mut bytes, hash) = cores.within(|| written(plan, cores));
    if let Some(at) = bytes.windows(encode::NO_HASH.len()).position(|window| window == encode::NO_HASH.as_bytes()) {
        bytes[at..at + hash.len()].copy_from_slice(hash.as_bytes());
    }
    bytes.push(b'\n');
    bytes
}

/// The content hash of a plan, as in `sha256:…`.
#[must_use]
pub fn hash(plan: &Plan) -> String {
    written(plan, Cores::ONE).1
}

/// The text of a plan, without its hash, and the hash.
fn written(plan: &Plan, cores: Cores) -> (Vec<u8>, String) {
    let draft = plan.content();
    let mut json = Json::new();
    json.object(|json| {
        encode::head(json, draft);
        json.field("plugins", |json| json.parts(cores, &draft.plugins, encode::plugin));
        encode::tail(json, draft);
    });
    let (pretty, hash) = json.finish();
    (pretty, format!("sha256:{}", hex(&hash)))
}

/// Reads a plan and holds it to the same proof as a new one.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<Plan, DecodeError> {
    #[derive(serde::Deserialize)]
    struct Version {
        ambit_plan: u32,
    }
    let version: Version = serde_json::from_slice(bytes).map_err(|error| DecodeError::Form(error.to_string()))?;
    if version.ambit_plan != VERSION {
        return Err(DecodeError::Version(version.ambit_plan));
    }
    let form: PlanForm = serde_json::from_slice(bytes).map_err(|error| DecodeError::Form(error.to_string()))?;
    let said = form.hash.clone();
    // Of the form as it was read: a text that only means the same was not written by whoever sealed the plan.
    let read = hash_of(&form);
    let plan = decode::draft(form).map_err(DecodeError::Value)?.seal().map_err(DecodeError::Seal)?;
    let found = hash(&plan);
    match said == found && read == found {
        true => Ok(plan),
        false => Err(DecodeError::Hash { said, found: read }),
    }
}

/// The JSON Schema of the written form.
#[must_use]
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(PlanForm);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The hash of everything but the hash, over JSON without spaces.
fn hash_of(form: &PlanForm) -> String {
    let unhashed = PlanForm { hash: String::new(), ..form.clone() };
    let bytes = serde_json::to_vec(&unhashed).unwrap_or_default();
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
    let mut text = String::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| text.extend([digit(byte >> 4), digit(*byte)]));
    text
}
