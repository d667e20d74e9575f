//! The seal under a text of answers: who has not this user's key cannot change what the user said. It does not tell that a text
//! is an older one of the same user.

use std::path::Path;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::StoreError;
use crate::private::{self, Readers};

type Code = Hmac<Sha256>;

/// How long a key is, in bytes: a block of the hash.
const KEY: usize = 64;

/// What stands before the seal, at the end of a text.
const MARK: &str = "  \"seal\": \"hmac-sha256:";
/// What stands behind it.
const END: &str = "\"\n}\n";
/// What is sealed first, so that no seal of something else fits.
const PURPOSE: &[u8] = b"ambit consents\0";

/// This user's key.
#[derive(Clone)]
pub(crate) struct Key([u8; KEY]);

impl Key {
    /// The key in a folder. `None`: there is none.
    pub(crate) fn read(folder: &Path) -> Result<Option<Key>, StoreError> {
        let path = folder.join("key");
        let Some(bytes) = private::read(&path, Readers::Owner)? else { return Ok(None) };
        let key = bytes.try_into().map_err(|_| StoreError::damaged(&path, "it is no key"))?;
        Ok(Some(Key(key)))
    }

    /// The key in a folder, made if there is none.
    pub(crate) fn make(folder: &Path) -> Result<Key, StoreError> {
        let path = folder.join("key");
        if let Some(key) = Key::read(folder)? {
            return Ok(key);
        }
        let mut bytes = [0; KEY];
        let filled = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
        // So few bytes come whole or not at all.
        match filled {
            Ok(KEY) => {}
            Ok(_) => return Err(StoreError::io(&path, std::io::ErrorKind::UnexpectedEof)),
            Err(error) => return Err(StoreError::io(&path, error)),
        }
        private::make(folder, &path, &bytes)?;
        // Somebody else may have been faster.
        Key::read(folder)?.ok_or_else(|| StoreError::damaged(&path, "it is gone"))
    }

    /// The text with its seal.
    pub(crate) fn seal(&self, body: &str) -> String {
        let code = self.code(body.as_bytes()).finalize().into_bytes();
        let digits: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{body}{MARK}{digits}{END}")
    }

    /// Whether a text carries its seal.
    pub(crate) fn vouches(&self, bytes: &[u8]) -> bool {
        let digits = 2 * 32;
        let Some(tail) = bytes.len().checked_sub(MARK.len() + digits + END.len()) else { return false };
        let (body, tail) = bytes.split_at(tail);
        let tail = tail.strip_prefix(MARK.as_bytes()).and_then(|tail| tail.strip_suffix(END.as_bytes()));
        let code = tail.and_then(hex);
        code.is_some_and(|code| self.code(body).verify_slice(&code).is_ok())
    }

    fn code(&self, body: &[u8]) -> Code {
        let mut code = <Code as hmac::digest::KeyInit>::new((&self.0).into());
        code.update(PURPOSE);
        code.update(body);
        code
    }
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let one = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let is_plain = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if is_plain { digits.chunks(2).map(one).collect() } else { None }
}
