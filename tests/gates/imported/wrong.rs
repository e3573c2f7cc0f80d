//! Files that are wrong: told by their place, with nothing brought in.

use serde_json::Value;

use super::*;
use crate::bench::{consent, plan};

#[test]
fn a_wrong_file_is_told_by_its_place_and_changes_nothing() {
    let (_home, mut first) = bench(&plan(&[], ""));
    unanswered(&mut first);
    consent(&mut first, "R-1");
    let file = exported(&mut first);
    let (_other, mut bench) = bench(&plan(&[], ""));
    let before = kept(&mut bench);
    let mut twice = file.clone();
    let one = twice["posts"][0].clone();
    twice["posts"].as_array_mut().unwrap().push(one);
    let mut files = vec![("twice", twice, "posts[1].id")];
    for line in WRONG.trim().lines() {
        let [what, place, put, told] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let put = put.replace("ZEROS", &"0".repeat(64));
        let mut wrong = file.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        match (wrong.pointer_mut(parent).unwrap(), put.as_str()) {
            (Value::Object(parent), "-") => drop(parent.remove(key).unwrap()),
            (Value::Array(parent), put) => parent[0] = serde_json::from_str(put).unwrap(),
            (parent, put) => parent[key] = serde_json::from_str(put).unwrap(),
        }
        files.push((what, wrong, told));
    }
    for (what, wrong, told) in files {
        let failure = import(&mut bench, &wrong.to_string()).unwrap_err();
        assert!(failure.message.contains(told), "{what}: {failure}");
        assert!(failure.file.is_some(), "{what}");
        assert_eq!(kept(&mut bench), before, "{what}");
    }
    for (what, text) in [
        ("half a file", &file.to_string()[..300]),
        ("no JSON", "timezone = \"UTC\""),
        ("nothing", ""),
    ] {
        let failure = import(&mut bench, text).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Usage, "{what}");
        assert!(failure.line.is_some(), "{what}: {failure}");
    }
    assert_eq!(kept(&mut bench), before);
    import(&mut bench, &file.to_string()).unwrap();
}

/// What is wrong, where it stands, what stands there instead (`-`: it is taken out), and what the
/// answer has to say.
const WRONG: &str = r#"
no format | /format | - | format is missing
another format | /format | "rounds 9" | “rounds 9”
no posts | /posts | - | posts is missing
no list | /posts | {} | posts is missing, or is no list
a state | /posts/0/state/state | "sent" | unknown variant `sent`
no words | /posts/0/content/text | " " | posts[0].content.text
a path | /posts/0/id | "../../x" | posts[0].id
a long id | /posts/0/id | "abcdefghj" | posts[0].id
no time | /posts/0/due_at | "soon" | posts[0] cannot be read
a picture's path | /posts/0/content/media | [{"sha256": "../../secret", "format": "png", "alt": "a", "file_name": "a"}] | media.sha256
no description | /posts/0/content/media | [{"sha256": "ZEROS", "format": "png", "alt": " ", "file_name": "a"}] | media.alt
a picture's format | /posts/0/content/media | [{"sha256": "ZEROS", "format": "dicom", "alt": "a", "file_name": "a"}] | media.format
erased words | /posts/0/erased_at | "2026-01-01T00:00:00Z" | posts[0].erased_at
time ahead | /usage/amounts | [{"day": "2099-01-01", "time": {"secs": 60, "nanos": 0}, "doing": {"site": "x", "activity": "scan"}}] | usage.amounts[0]
25 hours | /usage/amounts | [{"day": "2026-01-01", "time": {"secs": 90000, "nanos": 0}, "doing": {"site": "x", "activity": "scan"}}] | usage.amounts[0]
backwards | /usage/intervals | [{"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z", "doing": {"site": "x", "activity": "scan"}, "source": "log"}] | usage.intervals[0]
a name | /consents/0/reference | "Maria Garcia" | consents[0]
nobody's consent | /consents/0/reference | "R-2" | consents[0]
a consent gone | /consents | [] | “R-1”
nobody's tie | /interests | [{"name": "Acme", "kind": "payment", "since": "2025-01-01", "until": null, "known_as": []}] | interests[0]
no entry | /audit/0 | {} | audit[0]
"#;
