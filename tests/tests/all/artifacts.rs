//! Files that were cut off, or had a byte changed, at every place: an answer each time, and never more than that.

use std::collections::BTreeSet;

use ambit_compiler::binary;
use ambit_schema::limits::MAX_NESTING;
use ambit_tests::elf;

const LIBRARY: &str = "needed=libc.so.6 runpath=/tmp/lib bind=connect bind=open stack=exec text=relocated data=x";

const MODULE: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table 2 funcref)
  (elem (i32.const 0) func $f)
  (data (i32.const 16) "text")
  (func $f (export "_start") (local i32) (loop $l (br_if $l (local.get 0)))))"#;

const COMPONENT: &str = r#"(component
  (import "wasi:cli/environment@0.2.0" (instance))
  (core module $m (memory 1) (func (export "f")))
  (core instance $i (instantiate $m))
  (func (export "go") (canon lift (core func $i "f"))))"#;

#[test]
fn libraries_that_are_damaged_are_answered() {
    let whole = elf::build(LIBRARY);
    let library = binary::native(&whole).unwrap().unwrap();
    assert_eq!(library.symbols, ["connect", "open"]);
    assert_eq!(library.search, ["/tmp/lib"]);
    let answers: BTreeSet<bool> = damaged(&whole).map(|bytes| binary::native(&bytes).is_ok()).collect();
    assert_eq!(answers.len(), 2, "some are still libraries, and some are not");
}

#[test]
fn binaries_that_are_damaged_are_answered() {
    for text in [MODULE, COMPONENT] {
        let whole = wat::parse_str(text).unwrap();
        let wasm = binary::wasm(&whole).unwrap();
        assert_eq!((wasm.start.instances, wasm.start.memory), (1, 65536));
        let answers: BTreeSet<bool> = damaged(&whole).map(|bytes| binary::wasm(&bytes).is_ok()).collect();
        assert_eq!(answers.len(), 2, "some are still valid, and some are not");
    }
}

/// Reading them takes time by the square of their depth: what is deeper than any that a toolchain makes is not read on.
#[test]
fn components_in_components_without_end_are_refused() {
    let nested = |depth: usize| {
        let (mut length, mut heads) = (8, vec![]);
        for _ in 0..depth {
            let mut head = b"\0asm\x0d\0\x01\0\x04".to_vec();
            let mut left = length;
            while left > 0x7f {
                head.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
                left >>= 7;
            }
            head.push(u8::try_from(left).unwrap());
            length += head.len();
            heads.push(head);
        }
        heads.reverse();
        [heads.concat(), b"\0asm\x0d\0\x01\0".to_vec()].concat()
    };
    assert!(binary::wasm(&nested(MAX_NESTING - 1)).is_ok());
    for depth in [MAX_NESTING, 100_000] {
        let refused = binary::wasm(&nested(depth)).unwrap_err();
        assert!(format!("{refused:?}").contains("nested more than 100 deep (at offset 0x"), "{refused:?}");
    }
}

fn damaged(whole: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let cut = (0..whole.len()).map(|at| whole[..at].to_vec());
    let changed = (0..whole.len()).flat_map(|at| [0x00, 0x01, 0x7f, 0xff].map(|byte| (at, byte)));
    let changed = changed.map(|(at, byte)| {
        let mut bytes = whole.to_vec();
        bytes[at] = byte;
        bytes
    });
    cut.chain(changed)
}
