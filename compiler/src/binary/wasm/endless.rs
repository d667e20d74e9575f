//! Functions that certainly never end: a loop that is always reached, with no way out of it, in which nothing can fail. Comes
//! in: a valid body. Goes out: yes, or no for whatever is not certain. Deliberately absent: any guess.

use wasmparser::{FunctionBody, Operator};

/// Whether a call of this function never ends.
pub(super) fn never_ends(body: &FunctionBody<'_>, bytes: &[u8]) -> bool {
    let Ok(mut operators) = body.get_operators_reader() else { return false };
    let mut state = State::Before;
    loop {
        let Ok((operator, at)) = operators.read_with_offset() else { return false };
        let opcode = bytes.get(at).copied().unwrap_or(0);
        match state.next(&operator, opcode) {
            Step::On(next) => state = next,
            Step::Certain => return true,
            Step::Unknown => return false,
        }
    }
}

#[derive(Clone, Copy)]
enum State {
    /// No loop was entered yet, and everything so far is always run.
    Before,
    /// In the loop, in so many blocks of its own.
    Inside { blocks: u32, jumped: bool },
}

enum Step {
    On(State),
    Certain,
    Unknown,
}

impl State {
    fn next(self, operator: &Operator<'_>, opcode: u8) -> Step {
        match self {
            State::Before => match operator {
                Operator::Loop { .. } => Step::On(State::Inside { blocks: 0, jumped: false }),
                Operator::Block { .. } => Step::On(self),
                _ if is_harmless(opcode) => Step::On(self),
                _ => Step::Unknown,
            },
            State::Inside { blocks, jumped } => inside(blocks, jumped, operator, opcode),
        }
    }
}

/// A jump to the loop, or to a block in it, stays; one further out leaves.
fn inside(blocks: u32, jumped: bool, operator: &Operator<'_>, opcode: u8) -> Step {
    let on = |blocks, jumped| Step::On(State::Inside { blocks, jumped });
    match operator {
        Operator::Loop { .. } | Operator::Block { .. } | Operator::If { .. } => on(blocks + 1, false),
        Operator::Else => on(blocks, false),
        Operator::End if blocks > 0 => on(blocks - 1, false),
        // The end of the loop is reached from above, unless a jump stands right before it.
        Operator::End if jumped => Step::Certain,
        Operator::Br { relative_depth } if *relative_depth <= blocks => on(blocks, true),
        Operator::BrIf { relative_depth } if *relative_depth <= blocks => on(blocks, false),
        _ if is_harmless(opcode) => on(blocks, jumped),
        _ => Step::Unknown,
    }
}

/// Operators that go on with the next one, whatever they are given: constants, variables, and arithmetic but for division
/// and conversions that may not fit.
fn is_harmless(opcode: u8) -> bool {
    const MAY_TRAP: [std::ops::RangeInclusive<u8>; 4] = [0x6d..=0x70, 0x7f..=0x82, 0xa8..=0xab, 0xae..=0xb1];
    matches!(opcode, 0x01 | 0x1a..=0x1c | 0x20..=0x24 | 0x3f | 0x41..=0xc4)
        && !MAY_TRAP.iter().any(|range| range.contains(&opcode))
}
