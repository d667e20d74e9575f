//! What a program has of itself in WASI p1: arguments, variables, random numbers, its end. Comes in: where they are wanted. Goes out:
//! what `wasi:cli` and `wasi:random` give.

use wasmtime_wasi::p2::bindings::cli::{environment, exit as leave};
use wasmtime_wasi::p2::bindings::random::random;

use super::Answer;
use super::errno::Errno;
use super::memory::Call;
use crate::tier::wasm::call::Stop;
use crate::tier::wasm::state::PluginState;

/// How many random bytes are made at one time.
const AT_ONCE: u32 = 64 << 10;

/// Ends the program.
pub(super) fn exit(state: &mut PluginState, status: u32) -> wasmtime::Result<()> {
    // A number that does not fit must not become that of a success.
    let status = u8::try_from(status).map_err(|_| Stop::Misuse("an exit status above 255"))?;
    leave::Host::exit_with_code(state, status)
}

impl Call<'_> {
    pub(super) fn args_get(&mut self, list: u32, bytes: u32) -> Answer {
        let arguments = self.arguments()?;
        self.put_strings((list, bytes), &arguments)
    }

    pub(super) fn args_sizes_get(&mut self, count: u32, size: u32) -> Answer {
        let arguments = self.arguments()?;
        self.put_sizes((count, size), &arguments)
    }

    pub(super) fn environ_get(&mut self, list: u32, bytes: u32) -> Answer {
        let variables = self.variables()?;
        self.put_strings((list, bytes), &variables)
    }

    pub(super) fn environ_sizes_get(&mut self, count: u32, size: u32) -> Answer {
        let variables = self.variables()?;
        self.put_sizes((count, size), &variables)
    }

    fn arguments(&mut self) -> Answer<Vec<String>> {
        let arguments = environment::Host::get_arguments(self.state)?;
        Ok(arguments.into_iter().map(|argument| argument + "\0").collect())
    }

    fn variables(&mut self) -> Answer<Vec<String>> {
        let variables = environment::Host::get_environment(self.state)?;
        Ok(variables.into_iter().map(|(name, value)| format!("{name}={value}\0")).collect())
    }

    /// The strings, one after the other, and a list of where each begins.
    fn put_strings(&mut self, (list, bytes): (u32, u32), strings: &[String]) -> Answer {
        let mut at = bytes;
        for (index, string) in (0..).zip(strings) {
            self.put_u32(self.entry(list, index, 4)?, at)?;
            self.put(at, string.as_bytes())?;
            at = self.entry(at, 1, size_of_all(string.len())?)?;
        }
        Ok(())
    }

    fn put_sizes(&mut self, (count, size): (u32, u32), strings: &[String]) -> Answer {
        self.put_u32(count, size_of_all(strings.len())?)?;
        self.put_u32(size, size_of_all(strings.iter().map(String::len).sum())?)
    }

    pub(super) fn random_get(&mut self, buffer: u32, length: u32) -> Answer {
        self.range((buffer, length))?;
        let mut done = 0;
        while done < length {
            let some = (length - done).min(AT_ONCE);
            let bytes = random::Host::get_random_bytes(self.state, some.into())?;
            self.put(buffer + done, &bytes)?;
            done += some;
            if some == AT_ONCE {
                self.check_time()?;
            }
        }
        Ok(())
    }

    pub(super) fn proc_raise(&mut self) -> Answer {
        Err(Errno::Notsup.into())
    }

    /// Whoever else runs has threads of their own.
    pub(super) fn sched_yield(&mut self) -> Answer {
        Ok(())
    }
}

fn size_of_all(size: usize) -> Answer<u32> {
    Ok(u32::try_from(size).map_err(|_| Errno::Overflow)?)
}
