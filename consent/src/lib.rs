//! Asks for what plugins may only have after a yes, and keeps the answers. Comes in: a compilation with questions, and whoever
//! can answer them. Goes out: a compilation with the answers in it. Deliberately absent: what an answer gives, which is the
//! compiler's to say; and how people are asked, which is the host's.
//!
//! ```no_run
//! use ambit_consent::{Agreements, Reply, Site, Store, settle};
//!
//! # fn compile(texts: &[ambit_consent::Text]) -> ambit_compiler::Compilation { unimplemented!() }
//! let folder = std::path::Path::new("/home/me/.local/share/my-app/consents");
//! let store = Store::open(folder)?;
//! let agreements = Agreements { always: Some(store), session: None };
//! let site = Site::new("host.kdl", std::path::Path::new("/home/me/my-app"))?;
//! // `compile` adds each text to the sources, and its file to `Inputs::consents`.
//! let compilation = settle(&agreements, &site, &mut |texts| compile(texts), &mut |question: &_| Reply::No)?;
//! # Ok::<(), ambit_consent::StoreError>(())
//! ```

mod error;
mod private;
mod seal;
mod settle;
mod store;

pub use error::StoreError;
pub use settle::{Agreements, Ask, Reply, Text, settle};
pub use store::{Site, Store};
