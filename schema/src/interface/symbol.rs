//! THE TABLE of symbols that tell what a shared library does: functions of the system's library, by the right that they would
//! need. Deliberately absent: what stands behind `syscall` or in the library's own code.

use crate::capability::Kind;

/// What a symbol of the system's library is of use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// Operations that need a right of one of these kinds. `true`: ordinary programs have it without ever using it.
    Needs(&'static [Kind], bool),
    /// What no right covers, in words, as in "looks into other processes".
    Beyond(&'static str),
}

const READ: &[Kind] = &[Kind::FsRead, Kind::FsWrite, Kind::FsMkdir, Kind::FsTemp];
const WRITE: &[Kind] = &[Kind::FsWrite, Kind::FsTemp];
const FOLDERS: &[Kind] = &[Kind::FsMkdir, Kind::FsTemp];
const CONNECT: &[Kind] = &[Kind::NetConnect];
const LISTEN: &[Kind] = &[Kind::NetListen];
const BOTH: &[Kind] = &[Kind::NetConnect, Kind::NetListen];
const SPAWN: &[Kind] = &[Kind::ProcessSpawn];

const TABLE: &[(&[&str], Symbol)] = &[
    (&["connect", "sendto", "getaddrinfo", "gethostbyname", "gethostbyname_r"], Symbol::Needs(CONNECT, false)),
    (&["socket", "sendmsg", "recvfrom"], Symbol::Needs(BOTH, false)),
    (&["bind", "listen", "accept", "accept4"], Symbol::Needs(LISTEN, false)),
    (
        &["execve", "execv", "execvp", "execvpe", "execl", "execlp", "execle", "execveat", "fexecve"],
        Symbol::Needs(SPAWN, false),
    ),
    (
        &["fork", "vfork", "clone", "clone3", "posix_spawn", "posix_spawnp", "system", "popen"],
        Symbol::Needs(SPAWN, false),
    ),
    (&["creat", "creat64", "unlink", "unlinkat", "rename", "renameat", "renameat2"], Symbol::Needs(WRITE, false)),
    (&["truncate", "truncate64", "link", "linkat", "symlink", "symlinkat"], Symbol::Needs(WRITE, false)),
    (&["chmod", "fchmodat", "chown", "lchown", "mknod", "mknodat"], Symbol::Needs(WRITE, false)),
    (&["mkdir", "mkdirat", "rmdir"], Symbol::Needs(FOLDERS, false)),
    (&["open", "open64", "openat", "openat64", "fopen", "fopen64", "opendir"], Symbol::Needs(READ, true)),
    (&["getenv", "secure_getenv", "environ", "__environ"], Symbol::Needs(&[Kind::EnvRead], true)),
    (&["clock_gettime", "gettimeofday", "time"], Symbol::Needs(&[Kind::ClockRead], true)),
    (&["getrandom", "getentropy", "arc4random"], Symbol::Needs(&[Kind::RandomRead], true)),
    (&["ptrace", "process_vm_readv", "process_vm_writev"], Symbol::Beyond("looks into other processes")),
    (&["init_module", "finit_module", "kexec_load", "reboot"], Symbol::Beyond("changes the running system")),
    (&["mount", "umount2", "pivot_root", "chroot", "unshare", "setns"], Symbol::Beyond("changes what files there are")),
    (&["setuid", "setgid", "setreuid", "setresuid", "capset"], Symbol::Beyond("changes whose process it is")),
];

/// What a symbol is of use for. `None`: it says nothing about rights.
#[must_use]
pub fn symbol(name: &str) -> Option<Symbol> {
    TABLE.iter().find(|(names, _)| names.contains(&name)).map(|(_, symbol)| *symbol)
}

/// Whether a symbol says anything about rights.
#[must_use]
pub fn is_telling(name: &str) -> bool {
    symbol(name).is_some()
}
