//! Asks for what plugins may only have after a yes, and keeps the answers. Comes in: a compilation with questions, and whoever
//! can answer them. Goes out: a compilation with the answers in it. Deliberately absent: what an answer gives, which is the
//! compiler's to say; and how people are asked, which is the host's.
//!
//! ```
//! use ambit_compiler::ask::Question;
//! use ambit_compiler::binary::NoArtifacts;
//! use ambit_compiler::source::Sources;
//! use ambit_compiler::{Compilation, Inputs, compile};
//! use ambit_consent::{Agreements, Reply, Site, Store, Text, settle};
//!
//! // The grants and manifests of an application are added as its profile is.
//! fn compiled(texts: &[Text]) -> Compilation {
//!     let mut sources = Sources::default();
//!     let profile = Some(sources.add("host.kdl", b"host \"my-app\"\nversion \"1.0.0\"\n".as_slice()));
//!     let consents = texts.iter().map(|text| sources.add(text.path.as_str(), text.bytes.clone())).collect();
//!     compile(&Inputs { profile, consents, ..Inputs::new(sources, &NoArtifacts) })
//! }
//!
//! let application = tempfile::tempdir()?;
//! let store = Store::open(&application.path().join("consents"))?;
//! let agreements = Agreements { always: Some(store), session: None };
//! let site = Site::new("host.kdl", application.path())?;
//! let mut ask = |_: &Question| Reply::No;
//! let compilation = settle(&agreements, &site, &mut compiled, &mut ask)?;
//! assert!(compilation.plan.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod private;
mod seal;
mod settle;
mod store;

pub use error::StoreError;
pub use settle::{Agreements, Ask, Reply, Text, settle};
pub use store::{Site, Store};
