//! Runs plugins. 
fn main() {}
