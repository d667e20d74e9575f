//! The door for WASI p1: `wasi_snapshot_preview1`, for programs that are run as they are. Comes in: numbers, most of which lead into
//! the program's memory. Goes out: a number for what went wrong, and in that memory what was asked for. Each function is a
//! translation to those of WASI p2 that do the same, in the other doors, where it is asked for and counted. Deliberately absent:
//! any question to the gate, and any way to the library beside those doors.

use wasmtime::{Caller, Extern, Linker, Memory};

mod clocks;
mod descriptors;
mod errno;
mod files;
mod folders;
mod memory;
mod paths;
mod poll;
mod process;
mod stat;
mod transfer;

use self::descriptors::Descriptors;
use self::errno::Fault;
use self::memory::Call;
use crate::tier::wasm::call::Stop;
use crate::tier::wasm::state::PluginState;

/// What programs import it as.
const MODULE: &str = "wasi_snapshot_preview1";

/// What an instance has of WASI p1. Nothing, until it calls a function of it.
#[derive(Default)]
pub(crate) struct Program {
    memory: Option<Memory>,
    descriptors: Descriptors,
}

/// What comes of a function.
type Answer<T = ()> = Result<T, Fault>;

/// Each function as a program sees it, and what it is here.
macro_rules! functions {
    ($($name:ident($($argument:ident: $ty:ty),*) => $method:ident($($passed:expr),*);)*) => {
        /// Links every function but `proc_exit`, which gives no number.
        fn link_functions(linker: &mut Linker<PluginState>) -> wasmtime::Result<()> {
            $(linker.func_wrap(MODULE, stringify!($name), |mut caller: Caller<'_, PluginState>, $($argument: $ty),*| {
                answered(&mut caller, |call| call.$method($($passed),*))
            })?;)*
            Ok(())
        }
    };
}

functions! {
    args_get(list: u32, bytes: u32) => args_get(list, bytes);
    args_sizes_get(count: u32, size: u32) => args_sizes_get(count, size);
    environ_get(list: u32, bytes: u32) => environ_get(list, bytes);
    environ_sizes_get(count: u32, size: u32) => environ_sizes_get(count, size);
    clock_res_get(clock: u32, to: u32) => clock_res_get(clock, to);
    clock_time_get(clock: u32, _precision: u64, to: u32) => clock_time_get(clock, to);
    fd_advise(fd: u32, at: u64, length: u64, advice: u32) => fd_advise(fd, at, length, advice);
    fd_allocate(fd: u32, _at: u64, _length: u64) => fd_allocate(fd);
    fd_close(fd: u32) => fd_close(fd);
    fd_datasync(fd: u32) => fd_datasync(fd);
    fd_fdstat_get(fd: u32, to: u32) => fd_fdstat_get(fd, to);
    fd_fdstat_set_flags(fd: u32, flags: u32) => fd_fdstat_set_flags(fd, flags);
    fd_fdstat_set_rights(fd: u32, _base: u64, _inheriting: u64) => fd_fdstat_set_rights(fd);
    fd_filestat_get(fd: u32, to: u32) => fd_filestat_get(fd, to);
    fd_filestat_set_size(fd: u32, size: u64) => fd_filestat_set_size(fd, size);
    fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, which: u32)
        => fd_filestat_set_times(fd, accessed, modified, which);
    fd_pread(fd: u32, list: u32, count: u32, at: u64, to: u32) => fd_pread(fd, (list, count), at, to);
    fd_prestat_get(fd: u32, to: u32) => fd_prestat_get(fd, to);
    fd_prestat_dir_name(fd: u32, path: u32, length: u32) => fd_prestat_dir_name(fd, path, length);
    fd_pwrite(fd: u32, list: u32, count: u32, at: u64, to: u32) => fd_pwrite(fd, (list, count), at, to);
    fd_read(fd: u32, list: u32, count: u32, to: u32) => fd_read(fd, (list, count), to);
    fd_readdir(fd: u32, buffer: u32, length: u32, cookie: u64, to: u32) => fd_readdir(fd, (buffer, length), cookie, to);
    fd_renumber(from: u32, to: u32) => fd_renumber(from, to);
    fd_seek(fd: u32, offset: i64, whence: u32, to: u32) => fd_seek(fd, offset, whence, to);
    fd_sync(fd: u32) => fd_sync(fd);
    fd_tell(fd: u32, to: u32) => fd_tell(fd, to);
    fd_write(fd: u32, list: u32, count: u32, to: u32) => fd_write(fd, (list, count), to);
    path_create_directory(fd: u32, path: u32, length: u32) => path_create_directory((fd, path, length));
    path_filestat_get(fd: u32, follow: u32, path: u32, length: u32, to: u32)
        => path_filestat_get((fd, path, length), follow, to);
    path_filestat_set_times(fd: u32, follow: u32, path: u32, length: u32, accessed: u64, modified: u64, which: u32)
        => path_filestat_set_times((fd, path, length), follow, (accessed, modified, which));
    path_link(fd: u32, follow: u32, path: u32, length: u32, new: u32, new_path: u32, new_length: u32)
        => path_link((fd, path, length), follow, (new, new_path, new_length));
    path_open(fd: u32, follow: u32, path: u32, length: u32, how: u32, base: u64, _inheriting: u64, flags: u32, to: u32)
        => path_open((fd, path, length), follow, (how, base, flags), to);
    path_readlink(fd: u32, path: u32, length: u32, buffer: u32, size: u32, to: u32)
        => path_readlink((fd, path, length), (buffer, size), to);
    path_remove_directory(fd: u32, path: u32, length: u32) => path_remove_directory((fd, path, length));
    path_rename(fd: u32, path: u32, length: u32, new: u32, new_path: u32, new_length: u32)
        => path_rename((fd, path, length), (new, new_path, new_length));
    path_symlink(target: u32, target_length: u32, fd: u32, path: u32, length: u32)
        => path_symlink((target, target_length), (fd, path, length));
    path_unlink_file(fd: u32, path: u32, length: u32) => path_unlink_file((fd, path, length));
    poll_oneoff(subscriptions: u32, events: u32, count: u32, to: u32) => poll_oneoff(subscriptions, events, count, to);
    proc_raise(_signal: u32) => proc_raise();
    random_get(buffer: u32, length: u32) => random_get(buffer, length);
    sched_yield() => sched_yield();
    sock_accept(fd: u32, _flags: u32, _to: u32) => no_socket(fd);
    sock_recv(fd: u32, _list: u32, _count: u32, _flags: u32, _size: u32, _to: u32) => no_socket(fd);
    sock_send(fd: u32, _list: u32, _count: u32, _flags: u32, _size: u32) => no_socket(fd);
    sock_shutdown(fd: u32, _how: u32) => no_socket(fd);
}

/// Links WASI p1. Once per host, for its first program.
///
/// # Errors
/// None that a host could cause.
pub(crate) fn link(linker: &mut Linker<PluginState>) -> wasmtime::Result<()> {
    link_functions(linker)?;
    linker.func_wrap(MODULE, "proc_exit", |mut caller: Caller<'_, PluginState>, status: u32| {
        let state = caller.data_mut();
        state.traffic.host_calls += 1;
        process::exit(state, status)
    })?;
    Ok(())
}

/// Every call begins here, and ends with the number of its error.
fn answered(
    caller: &mut Caller<'_, PluginState>,
    function: impl FnOnce(&mut Call<'_>) -> Answer,
) -> wasmtime::Result<u32> {
    let memory = memory_of(caller)?;
    let (memory, state) = memory.data_and_store_mut(caller);
    state.traffic.host_calls += 1;
    match function(&mut Call { memory, state }) {
        Ok(()) => Ok(0),
        Err(Fault::Errno(errno)) => Ok(errno as u32),
        Err(Fault::Stop(error)) => Err(error),
    }
}

/// The memory that a program's numbers lead into; a program that is loaded has one.
fn memory_of(caller: &mut Caller<'_, PluginState>) -> wasmtime::Result<Memory> {
    if let Some(known) = caller.data().program.memory {
        return Ok(known);
    }
    let found = caller.get_export("memory").and_then(Extern::into_memory);
    let found = found.ok_or(Stop::Misuse("it exports no memory called `memory`"))?;
    caller.data_mut().program.memory = Some(found);
    Ok(found)
}
