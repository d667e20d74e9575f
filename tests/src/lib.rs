//! The harness: what every test needs to be data. Comes in: case folders below `fixtures`. Goes out: compilations, their
//! stable text, and whether they are what the case says. Deliberately absent: any test; those stand in `tests/`.

#![expect(clippy::panic, reason = "a fixture that is not as it must be ends the test")]

pub mod case;
pub mod elf;
pub mod expect;
pub mod generate;
pub mod house;
pub mod recorded;
pub mod show;
