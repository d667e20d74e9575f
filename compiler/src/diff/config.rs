//! Configurations, compared as values: the order of keys says nothing. Goes out: which keys differ. Deliberately absent: what
//! they say; a configuration may hold what is not for everyone who reads a diff.

use serde_json::Value;

use super::change::Phrase;

/// How many keys are named.
const MOST: usize = 8;

/// How deep keys are compared one by one.
const DEEP: usize = 8;

pub(super) fn differences(old: Option<&str>, new: Option<&str>) -> Vec<Phrase> {
    let read = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let (old, new) = (read(old), read(new));
    let mut keys = Keys::default();
    keys.compare(String::new(), &old, &new, 0);
    let all = [
        ("is configured with new keys: ", keys.more),
        ("has other values of ", keys.other),
        ("is configured without ", keys.less),
    ];
    all.into_iter().filter(|(_, keys)| !keys.is_empty()).map(|(says, keys)| phrase(says, &keys)).collect()
}

fn phrase(says: &str, keys: &[String]) -> Phrase {
    let phrase = Phrase::new(says).codes(keys.iter().take(MOST));
    if keys.len() > MOST { phrase.say(format!(" and {} more", keys.len() - MOST)) } else { phrase }
}

#[derive(Default)]
struct Keys {
    more: Vec<String>,
    other: Vec<String>,
    less: Vec<String>,
}

impl Keys {
    fn compare(&mut self, at: String, old: &Value, new: &Value, depth: usize) {
        match (old, new) {
            _ if old == new => {}
            (Value::Object(old), Value::Object(new)) if depth < DEEP => {
                let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
                for (key, was) in old {
                    match new.get(key) {
                        Some(is) => self.compare(below(key), was, is, depth + 1),
                        None => self.less.push(below(key)),
                    }
                }
                self.more.extend(new.keys().filter(|key| !old.contains_key(*key)).map(|key| below(key)));
            }
            (Value::Null, Value::Object(all)) if at.is_empty() => self.more.extend(all.keys().cloned()),
            (Value::Object(all), Value::Null) if at.is_empty() => self.less.extend(all.keys().cloned()),
            _ => self.other.push(if at.is_empty() { "all of it".to_owned() } else { at }),
        }
    }
}
