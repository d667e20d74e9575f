//! What goes wrong, as WASI p1 numbers it. Comes in: errors of the doors of WASI p2. Goes out: a number for the program, or what ends
//! the call.

use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;
use wasmtime_wasi::p2::{FsError, StreamError};

use crate::tier::wasm::call::Stop;

/// Why a function did not do what it was called for.
pub(super) enum Fault {
    /// The program is told.
    Errno(Errno),
    /// The call is over.
    Stop(wasmtime::Error),
}

macro_rules! errnos {
    ($($name:ident = $number:literal $(: $($code:ident),+)?;)*) => {
        /// The numbers of `errno`, of those that are used here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u16)]
        pub(super) enum Errno { $($name = $number),* }

        impl From<ErrorCode> for Errno {
            fn from(code: ErrorCode) -> Self {
                match code {
                    $($($(ErrorCode::$code => Errno::$name,)+)?)*
                }
            }
        }
    };
}

errnos! {
    Acces = 2: Access;
    Again = 6: WouldBlock;
    Already = 7: Already;
    Badf = 8: BadDescriptor;
    Busy = 10: Busy;
    Deadlk = 16: Deadlock;
    Dquot = 19: Quota;
    Exist = 20: Exist;
    Fbig = 22: FileTooLarge;
    Ilseq = 25: IllegalByteSequence;
    Inprogress = 26: InProgress;
    Intr = 27: Interrupted;
    Inval = 28: Invalid;
    Io = 29: Io;
    Isdir = 31: IsDirectory;
    Loop = 32: Loop;
    Mlink = 34: TooManyLinks;
    Msgsize = 35: MessageSize;
    Nametoolong = 37: NameTooLong;
    Nodev = 43: NoDevice;
    Noent = 44: NoEntry;
    Nolck = 46: NoLock;
    Nomem = 48: InsufficientMemory;
    Nospc = 51: InsufficientSpace;
    Notdir = 54: NotDirectory;
    Notempty = 55: NotEmpty;
    Notrecoverable = 56: NotRecoverable;
    Notsock = 57;
    Notsup = 58: Unsupported;
    Notty = 59: NoTty;
    Nxio = 60: NoSuchDevice;
    Overflow = 61: Overflow;
    Perm = 63: NotPermitted;
    Pipe = 64: Pipe;
    Rofs = 69: ReadOnly;
    Spipe = 70: InvalidSeek;
    Txtbsy = 74: TextFileBusy;
    Xdev = 75: CrossDevice;
    Notcapable = 76;
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Self {
        Fault::Errno(errno)
    }
}

impl From<wasmtime::Error> for Fault {
    fn from(error: wasmtime::Error) -> Self {
        Fault::Stop(error)
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Fault::Stop(stop.into())
    }
}

impl From<FsError> for Fault {
    fn from(error: FsError) -> Self {
        match error.downcast() {
            Ok(code) => Fault::Errno(code.into()),
            Err(error) => Fault::Stop(error),
        }
    }
}

impl From<StreamError> for Fault {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Closed => Fault::Errno(Errno::Io),
            StreamError::LastOperationFailed(error) => {
                let code = error.downcast::<std::io::Error>().map(ErrorCode::from);
                Fault::Errno(code.map_or(Errno::Io, Errno::from))
            }
            StreamError::Trap(error) => Fault::Stop(error),
        }
    }
}
