//! Somebody at a terminal. Comes in: what is typed, and a command. Goes out: what the command came to; standard error is what
//! the terminal showed, without what was typed.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::stage::Run;

/// Runs the command with all of `keys` typed before it asks, and the end of input behind them.
pub(crate) fn typed(keys: &str, command: &mut Command) -> Run {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, vec![]).unwrap().into_string().unwrap();
    let theirs = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
    let (input, error) = (theirs(), theirs());
    let mut modes = tcgetattr(&input).unwrap();
    modes.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&input, OptionalActions::Now, &modes).unwrap();
    let mut ours = File::from(ours);
    ours.write_all(keys.as_bytes()).unwrap();
    // Control-D at the start of a line.
    ours.write_all(&[4]).unwrap();
    let mut child = command.stdin(input).stderr(error).stdout(Stdio::piped()).spawn().unwrap();
    // The child alone holds the terminal from here on, so that its end is the end of what it shows.
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let shown = std::thread::spawn(move || {
        let mut shown = vec![];
        let mut part = [0; 4096];
        while let Ok(read @ 1..) = ours.read(&mut part) {
            shown.extend_from_slice(&part[..read]);
        }
        String::from_utf8(shown).unwrap().replace("\r\n", "\n")
    });
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    Run { code, out, err: shown.join().unwrap() }
}
