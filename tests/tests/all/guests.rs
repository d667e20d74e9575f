//! Guests that stand in two places are the same guest.

use ambit_tests::house;

/// The tool's tests read no text: what they run is what the text says.
#[test]
fn guests_of_the_command_line_are_those_of_the_fixtures() {
    for (text, binary) in [("hostile/spin", "spin"), ("hostile/hungry", "hungry"), ("exit-code", "exit-code")] {
        let compiled = wat::parse_file(house::at(&format!("fixtures/guests/{text}.wat"))).unwrap();
        let kept = house::at(&format!("tools/ambit/tests/guests/{binary}.wasm"));
        let same = std::fs::read(&kept).unwrap() == compiled;
        assert!(same, "compile fixtures/guests/{text}.wat to {}", house::shown(&kept));
    }
}
