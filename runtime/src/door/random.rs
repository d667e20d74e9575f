//! The door to randomness: `wasi:random`. With `random.read "secure"` the numbers are the machine's; without, they are the same
//! at every start of the plugin, which keeps hash tables working and secrets impossible.

use ambit_schema::capability::Kind;
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};
use wasmtime_wasi::{Rng, thread_rng};

use crate::tier::wasm::call::Stop;
use crate::tier::wasm::state::PluginState;

/// How many bytes one call may ask for.
const MAX_BYTES: u64 = 1 << 20;

/// The stand-in: SplitMix64 from a fixed start.
#[derive(Debug, Clone, Default)]
pub(crate) struct SameAlways(u64);

impl SameAlways {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl PluginState {
    fn random_number(&mut self) -> u64 {
        if self.gate.ask_or_stand_in(Kind::RandomRead, "secure", "read") {
            thread_rng().next_u64()
        } else {
            self.same_always.next()
        }
    }

    fn random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        if length > MAX_BYTES {
            return Err(Stop::Misuse("more random bytes than one call may ask for").into());
        }
        let length = usize::try_from(length)?;
        let mut bytes = vec![0; length];
        if self.gate.ask_or_stand_in(Kind::RandomRead, "secure", "read") {
            thread_rng().fill_bytes(&mut bytes);
        } else {
            bytes
                .chunks_mut(8)
                .for_each(|chunk| chunk.copy_from_slice(&self.same_always.next().to_le_bytes()[..chunk.len()]));
        }
        Ok(bytes)
    }
}

impl random::Host for PluginState {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random_bytes(length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        Ok(self.random_number())
    }
}

impl insecure::Host for PluginState {
    fn get_insecure_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random_bytes(length)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        Ok(self.random_number())
    }
}

impl insecure_seed::Host for PluginState {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((self.random_number(), self.random_number()))
    }
}
