//! The schema and the reader know the same keys, and the schema takes what the reader takes.

use std::collections::BTreeSet;

use jiff::civil::date;
use regex::Regex;

use super::*;
use crate::plan::presets::{Preset, render};
use crate::plan::read::read;

/// Entries with every required key, and a place for one more line.
const TABLE_TEXTS: [(&str, &str); 11] = [
    ("", "{}\n"),
    (
        "limits",
        "[[limits]]\nof = \"all\"\nper = \"day\"\ntime = \"1h\"\n{}\n",
    ),
    (
        "limits.overrides",
        "[[limits]]\nof = \"all\"\nper = \"day\"\ntime = \"1h\"\n[[limits.overrides]]\nfrom = 2026-01-01\nuntil = 2026-01-01\ntime = \"1h\"\n{}\n",
    ),
    ("breaks", "[breaks]\n{}\n"),
    ("quiet", "[quiet]\n{}\n"),
    ("posting", "[posting]\n{}\n"),
    (
        "accounts",
        "[[accounts]]\nname = \"a\"\nplatform = \"handoff\"\n{}\n",
    ),
    (
        "accounts.cadence",
        "[[accounts]]\nname = \"a\"\nplatform = \"handoff\"\n[[accounts.cadence]]\nfrom = 2026-01-01\nposts = \"1 per week\"\n{}\n",
    ),
    (
        "engagements",
        "[[engagements]]\nname = \"e\"\ncron = \"0 20 * * 0\"\nlength = \"1h\"\n{}\n",
    ),
    (
        "conferences",
        "[[conferences]]\nname = \"c\"\nfrom = 2026-01-01\nuntil = 2026-01-01\n{}\n",
    ),
    (
        "feeds",
        "[[feeds]]\nname = \"f\"\naddress = \"https://example.org/f\"\n{}\n",
    ),
];

fn text_of(table: &str, line: &str) -> String {
    let (_, text) = TABLE_TEXTS.iter().find(|(name, _)| *name == table).unwrap();
    text.replace("{}", line)
}

/// The keys that the reader itself lists when it meets an unknown one.
fn known_to_the_reader(table: &str) -> BTreeSet<String> {
    let error = read(&text_of(table, "zzzzzz = \"1\"")).unwrap_err();
    let (_, keys) = error.help.split_once("keys here: ").unwrap();
    keys.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_key_of_the_reader_stands_in_the_schema_and_no_other() {
    for (table, _) in TABLE_TEXTS {
        let mut named: BTreeSet<String> = KEYS
            .iter()
            .filter(|key| key.table == table)
            .map(|key| key.name.to_owned())
            .collect();
        for (inner, ..) in TABLES {
            let (above, name) = inner.rsplit_once('.').unwrap_or(("", inner));
            if above == table {
                named.insert(name.to_owned());
            }
        }
        let known = if table == "accounts" {
            crate::plan::read::ACCOUNT_KEYS.map(str::to_owned).into()
        } else {
            known_to_the_reader(table)
        };
        assert_eq!(named, known, "[{table}]");
    }
}

#[test]
fn what_the_schema_calls_required_the_reader_misses() {
    for key in KEYS.iter().filter(|key| key.required) {
        let text = text_of(key.table, "");
        let line = Regex::new(&format!("(?m)^{} = .*\n", key.name)).unwrap();
        let last = line.find_iter(&text).last().unwrap().range();
        let mut without = text.clone();
        without.replace_range(last, "");
        let error = read(&without).unwrap_err();
        assert!(
            error
                .message
                .contains(&format!("`{}` is missing", key.name)),
            "{error}"
        );
        assert!(read(&text).is_ok(), "{text}");
    }
}

/// Wrong values that no key takes.
const NEVER: [&str; 8] = [
    "-1",
    "99999999999999999999999",
    "true",
    "{ a = 1 }",
    "\"\\u0000\"",
    "\"-99999999999999999999h\"",
    "\"99999999999999999999999\"",
    "nan",
];

#[test]
fn no_key_takes_a_value_that_it_cannot_mean() {
    for key in KEYS {
        let text = text_of(key.table, "");
        let line = Regex::new(&format!("(?m)^{} = .*$", key.name)).unwrap();
        for value in NEVER {
            let free = matches!(key.kind, Kind::Text | Kind::Name | Kind::Of | Kind::Names);
            if free && !value.contains(['{', '\\']) {
                continue;
            }
            let wrong = format!("{} = {value}", key.name);
            let replaced = match line.find_iter(&text).last() {
                Some(found) => {
                    let mut text = text.clone();
                    text.replace_range(found.range(), &wrong);
                    text
                }
                None if key.table.is_empty() => format!("{wrong}\n{text}"),
                None => text_of(key.table, &wrong),
            };
            // Of these an entry has one or the other.
            let other = match (key.table, key.name) {
                ("accounts.cadence", "after") => "from = 2026-01-01\n",
                ("engagements", "at") => "cron = \"0 20 * * 0\"\n",
                ("feeds", "pubmed") => "address = \"https://example.org/f\"\n",
                _ => "",
            };
            let replaced = replaced.replacen(other, "", 1);
            let at = replaced.lines().position(|line| line == wrong).unwrap() + 1;
            let Err(error) = read(&replaced) else {
                panic!("[{}] {wrong} was taken", key.table)
            };
            assert_eq!(error.line, at, "[{}] {wrong}: {error}", key.table);
            assert!(!error.help.is_empty(), "[{}] {wrong}: {error}", key.table);
            let last = error.field.rsplit('.').next().unwrap();
            // What is no TOML at all has a line and no field.
            let whole = value.len() == 23 && error.field.is_empty();
            assert!(
                last == key.name || whole,
                "[{}] {wrong}: {error}",
                key.table
            );
        }
    }
}

#[test]
fn a_mistyped_key_is_guessed() {
    for key in KEYS.iter().filter(|key| key.name.len() > 3) {
        let mistyped = key.name.replacen(|c: char| c.is_alphabetic(), "", 1);
        let error = read(&text_of(key.table, &format!("{mistyped} = \"x\""))).unwrap_err();
        let told = format!("{} / {}", error.message, error.help);
        assert!(
            told.contains("did you mean") && told.contains(key.name),
            "{told}"
        );
    }
}

// ---- A validator for the part of JSON Schema that is used here.

fn faults(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let mut fault = |why: &str| found.push(format!("{path}: {why} ({value})"));
    if let Some(words) = schema["enum"].as_array() {
        if !words.contains(value) {
            fault("not one of the words");
        }
        return;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        _ => "number",
    };
    if !kinds.contains(&kind) {
        return fault("of another kind");
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !Regex::new(pattern).unwrap().is_match(text)
    {
        fault("of another shape");
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        if value.get(required.as_str().unwrap()).is_none() {
            fault(&format!("{required} is missing"));
        }
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(key) {
            Some(of_key) => faults(of_key, inner, &format!("{path}.{key}"), found),
            None if schema["additionalProperties"] == false => {
                found.push(format!("{path}.{key} is not known"));
            }
            None => faults(&schema["additionalProperties"], inner, key, found),
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        faults(&schema["items"], inner, path, found);
    }
}

fn judged(text: &str) -> Vec<String> {
    let value: toml::Value = toml::from_str(text).unwrap();
    let mut value = serde_json::to_value(value).unwrap();
    plain_dates(&mut value);
    let mut found = Vec::new();
    faults(&schema(), &value, "", &mut found);
    found
}

/// Dates as editors take them: as text.
fn plain_dates(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(date) = map.get("$__toml_private_datetime") {
                *value = date.clone();
            } else {
                map.values_mut().for_each(plain_dates);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(plain_dates),
        _ => {}
    }
}

#[test]
fn every_preset_is_valid_by_the_schema() {
    for preset in Preset::ALL {
        let text = render(preset, "Europe/Madrid", date(2026, 11, 24));
        assert_eq!(judged(&text), Vec::<String>::new(), "{preset}");
    }
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    for (table, line, refused) in [
        ("", "week_start = \"monday\"", true),
        ("", "day_starts = \"4\"", true),
        ("limits", "at_least = \"3\"", true),
        ("limits", "at_least = \"3h\"", false),
        ("breaks", "after = \"1h30m\"", false),
        ("quiet", "from = \"24:00\"", true),
        ("accounts", "speaks_as = \"nurse\"", true),
        ("accounts", "slots = [\"0 8 * *\"]", true),
        ("accounts", "page = 3", false),
        ("engagements", "activity = \"chats\"", true),
        ("conferences", "time = 1", true),
    ] {
        let text = text_of(table, line);
        assert_eq!(read(&text).is_err(), refused, "{line}");
        assert_eq!(
            !judged(&text).is_empty(),
            refused,
            "{line}: {:?}",
            judged(&text)
        );
    }
}

#[test]
fn defaults_are_told_and_are_of_the_shape() {
    for key in KEYS {
        let told = property(key);
        let mut found = Vec::new();
        if !told["default"].is_null() {
            faults(&shape(key.kind), &told["default"], key.name, &mut found);
        }
        assert!(found.is_empty(), "{found:?}");
    }
    let whole = schema();
    let breaks = &whole["properties"]["breaks"]["properties"];
    assert_eq!(breaks["after"]["default"], "20m");
    let limits = &whole["properties"]["limits"]["items"]["properties"];
    assert_eq!(limits["at_least"]["default"], "0s");
}

/// The file that most begin with shows every key there is, the ones of lists as examples.
#[test]
fn the_default_file_shows_every_key_with_a_comment() {
    let text = render(Preset::Balanced, "Europe/Madrid", date(2026, 11, 24));
    let lines: Vec<&str> = text.lines().collect();
    let mut table = "";
    let mut shown: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (number, line) in lines.iter().enumerate() {
        let bare = line.strip_prefix("#: ").unwrap_or(line);
        if let Some(header) = bare.strip_prefix('[') {
            table = header.trim_matches(['[', ']']);
        } else if let Some((key, _)) = bare.split_once(" = ")
            && !bare.starts_with('#')
        {
            shown.insert((table, key.trim()));
            let above = lines[number.saturating_sub(1)];
            assert!(above.starts_with("# "), "{line} has no comment");
        }
    }
    for key in KEYS {
        assert!(
            shown.contains(&(key.table, key.name)),
            "[{}] {}",
            key.table,
            key.name
        );
    }
    // Taken in, the examples are a valid plan.
    let whole: String = text
        .lines()
        .flat_map(|line| [line.strip_prefix("#: ").unwrap_or(line), "\n"])
        .collect();
    let plan = read(&whole).unwrap();
    assert_eq!(
        (
            plan.accounts.len(),
            plan.engagements.len(),
            plan.conferences.len()
        ),
        (1, 2, 1)
    );
    assert_eq!(
        plan.limits
            .iter()
            .map(|limit| limit.overrides.len())
            .sum::<usize>(),
        1
    );
    assert_eq!(judged(&whole), Vec::<String>::new());
}
