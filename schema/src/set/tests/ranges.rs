use super::super::{PatternErrorKind as Kind, Ranges, Set};
use super::{check_canonical, check_cover, check_errors, set};

#[test]
fn intervals_are_read() {
    check_cover::<Ranges>(&[("5-9", "5 7 9", "4 10"), ("5", "5", "4 6"), ("*", "0 18446744073709551615", "")]);
    check_canonical::<Ranges>(&[("5-5", "5"), ("0-18446744073709551615", "*"), ("007", "7")]);
    check_errors::<Ranges>(&[
        ("", 0, Kind::Empty),
        ("5-", 2, Kind::Empty),
        ("-5", 0, Kind::Empty),
        ("+5", 0, Kind::BadNumber),
        ("a", 0, Kind::BadNumber),
        ("9-5", 0, Kind::ReversedRange),
        ("18446744073709551616", 0, Kind::BadNumber),
    ]);
}

#[test]
fn sets_are_merged_intervals() {
    let text = |set: Set<Ranges>| set.to_string();
    assert_eq!(text(set(&["6-10", "1-5", "12"])), "1-10, 12");
    assert_eq!(text(set(&["1-10"]).difference(&set(&["3-4", "10"]))), "1-2, 5-9");
    assert_eq!(text(set(&["1-10", "20-30"]).intersect(&set(&["5-25"]))), "5-10, 20-25");
    assert_eq!(text(set(&["*"]).difference(&set(&["0", "18446744073709551615"]))), "1-18446744073709551614");
    assert_eq!(text(set(&["*"]).difference(&set(&["*"]))), "nothing");
    assert_eq!(set::<Ranges>(&["5-9"]).witness_outside(&set(&["1-6"])), Some(7));
}
