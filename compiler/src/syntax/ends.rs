//! How a text begins and how its lines end. Comes in: a text. Goes out: at most two findings, each with the edits that make it
//! like other texts. Neither changes what the text says.

use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::{FileId, Span};

/// How many ends of lines one fix makes alike.
const MOST: usize = 2_000;

pub(super) fn check(file: FileId, text: &str, sink: &mut Sink) {
    if text.starts_with('\u{FEFF}') {
        let span = Span::new(file, 0, '\u{FEFF}'.len_utf8());
        let found = Diagnostic::new(Code::ByteOrderMark, span, "the text begins with a byte order mark");
        let found = found.note("UTF-8 has one order of bytes, and not every program takes the mark for nothing");
        sink.add(found.help("save the file without it").fix(span, ""));
    }
    if text.contains('\r') {
        mixed(file, text, sink);
    }
}

fn mixed(file: FileId, text: &str, sink: &mut Sink) {
    let bytes = text.as_bytes();
    let ends = || text.match_indices('\n').map(|(at, _)| (at, at > 0 && bytes[at - 1] == b'\r'));
    let (all, long) = (ends().count(), ends().filter(|(_, long)| *long).count());
    if long == 0 || long == all {
        return;
    }
    let usual = long * 2 > all;
    let odd = || ends().filter(|(_, long)| *long != usual);
    let Some((first, _)) = odd().next() else { return };
    let (most, least) = if usual { ("CR LF", "LF") } else { ("LF", "CR LF") };
    let start = if usual { first } else { first - 1 };
    let message = format!("this line ends in {least}, and most lines end in {most}");
    let found = Diagnostic::new(Code::MixedLineEnds, Span::new(file, start, first + 1), message);
    let found = found.help(format!("end every line in {most}"));
    let fix = odd().take(MOST).fold(Fix::safe(format!("end every line in {most}")), |fix, (at, _)| match usual {
        true => fix.edit(Span::new(file, at, at), "\r"),
        false => fix.edit(Span::new(file, at - 1, at), ""),
    });
    sink.add(found.fix_with(fix));
}
