//! Compiles one artifact for a host, within the bounds that the host says. Comes in: bounds and an artifact, on standard input.
//! Goes out: native code on standard output. For [`Compiler`](ambit_runtime::Compiler); of no use by hand.

fn main() -> std::process::ExitCode {
    ambit_runtime::serve_compiler()
}
