//! The presets are what the contract says, and their files say what the code does.

use std::time::Duration;

use jiff::civil::date;
use toml_edit::{DocumentMut, Item, TableLike};

use super::*;
use crate::calendar::{Pattern, Per};
use crate::plan::read::{read, read_in};
use crate::plan::warnings::warnings;
use crate::plan::{Limit, Plan, Platform};

const ZONE: &str = "Europe/Madrid";

fn rendered(preset: Preset) -> String {
    render(preset, ZONE, date(2026, 11, 24))
}

fn plan(preset: Preset) -> Plan {
    read(&rendered(preset)).unwrap()
}

fn budget(limit: &Limit) -> (String, Per, u64, u64) {
    (
        limit.of.to_string(),
        limit.per,
        limit.time.as_secs() / 60,
        limit.at_least.as_secs() / 60,
    )
}

#[test]
fn balanced_is_half_an_hour_a_day_and_no_account() {
    let plan = plan(Preset::Balanced);
    let budgets: Vec<_> = plan.limits.iter().map(budget).collect();
    let all = |per, time| ("all".to_owned(), per, time, 0);
    assert_eq!(budgets, [all(Per::Day, 30), all(Per::Week, 180)]);
    assert!(plan.accounts.is_empty() && plan.engagements.is_empty());
}

#[test]
fn lin_writes_four_hours_a_week_for_two_posts() {
    let plan = plan(Preset::Lin);
    let budgets: Vec<_> = plan.limits.iter().map(budget).collect();
    assert_eq!(
        budgets,
        [("activity:write".to_owned(), Per::Week, 240, 180)]
    );
    let blog = plan.account("blog").unwrap();
    let path = "~/rounds/blog".to_owned();
    assert_eq!(blog.platform, Platform::Folder { path });
    assert_eq!(blog.slots[0].as_str(), "0 8 * * Tue,Fri");
    let stages: Vec<_> = blog.cadence.iter().map(|s| (s.min, s.max, s.per)).collect();
    assert_eq!(
        stages,
        [(2, 2, Per::Week), (1, 1, Per::Week), (2, 3, Per::Month)]
    );
    assert_eq!(
        blog.cadence[0].begins,
        crate::plan::Begins::On(date(2026, 11, 24))
    );
}

#[test]
fn sevilla_scans_a_quarter_of_an_hour_and_chats_on_sunday() {
    let plan = plan(Preset::Sevilla);
    let budgets: Vec<_> = plan.limits.iter().map(budget).collect();
    assert_eq!(
        budgets,
        [
            ("activity:scan".to_owned(), Per::Day, 15, 0),
            ("activity:chat".to_owned(), Per::Week, 60, 0)
        ]
    );
    let x = plan.account("x").unwrap();
    assert_eq!(x.platform, Platform::Handoff { site: "x".into() });
    assert_eq!((x.cadence[0].min, x.cadence[0].per), (7, Per::Week));
    assert_eq!(x.slots[0].as_str(), "30 7 * * *");
    assert_eq!(plan.engagements[0].name, "Chat");
    assert_eq!(
        plan.engagements[0].times.pattern().map(Pattern::as_str),
        Some("0 20 * * Sun")
    );
    assert_eq!(plan.engagements[0].length, Duration::from_hours(1));
}

#[test]
fn no_preset_contradicts_itself() {
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    for preset in Preset::ALL {
        assert_eq!(warnings(&plan(preset), now), [], "{preset}");
        assert_eq!(preset.name().parse(), Ok(preset));
    }
    assert!("lina".parse::<Preset>().is_err());
}

/// Every table of the file with its values, entries of lists included.
fn tables<'d>(table: &'d dyn TableLike, path: &str, found: &mut Vec<(String, Vec<&'d str>)>) {
    let values = table
        .iter()
        .filter(|(_, item)| item.is_value())
        .map(|(key, _)| key);
    found.push((path.to_owned(), values.collect()));
    for (key, item) in table.iter() {
        match item {
            Item::Table(inner) => tables(inner, key, found),
            Item::ArrayOfTables(list) => list.iter().for_each(|inner| tables(inner, key, found)),
            _ => {}
        }
    }
}

#[test]
fn the_files_write_out_every_default_of_the_code() {
    let code = read_in("", ZONE).unwrap();
    for preset in Preset::ALL {
        let file = plan(preset);
        assert_eq!(file.calendar, code.calendar, "{preset}");
        assert_eq!(file.breaks, code.breaks, "{preset}");
        assert_eq!(file.quiet, code.quiet, "{preset}");
        assert_eq!(file.posting, code.posting, "{preset}");
        let text = rendered(preset);
        let document: DocumentMut = text.parse().unwrap();
        let mut found = Vec::new();
        tables(document.as_table(), "", &mut found);
        let expected: [(&str, &[&str]); 4] = [
            ("", &["timezone", "day_starts", "week_starts"]),
            ("breaks", &["after", "length", "snooze"]),
            ("quiet", &["from", "until"]),
            (
                "posting",
                &["cooling_off", "late_after", "attestations_valid"],
            ),
        ];
        for (table, keys) in expected {
            let written = found.iter().find(|(path, _)| path == table);
            assert_eq!(
                written.map(|(_, keys)| keys.as_slice()),
                Some(keys),
                "{preset} {table}"
            );
        }
    }
}

#[test]
fn optional_values_of_entries_are_the_defaults_of_the_code_or_differ_on_purpose() {
    let optional = [
        "at_least = \"0s\"",
        "speaks_as = \"doctor\"",
        "activity = \"chat\"",
    ];
    for preset in Preset::ALL {
        let text = rendered(preset);
        let without: String = text
            .lines()
            .filter(|line| !optional.contains(line))
            .flat_map(|line| [line, "\n"])
            .collect();
        assert_ne!(without, text, "{preset}");
        assert_eq!(read(&without).unwrap(), read(&text).unwrap(), "{preset}");
    }
}

#[test]
fn every_key_has_a_comment_above_it() {
    for preset in Preset::ALL {
        let text = rendered(preset);
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2) {
            let [above, line] = pair else { continue };
            let is_key = line.starts_with(char::is_lowercase) && line.contains(" = ");
            assert!(!is_key || above.starts_with("# "), "{preset}: {line}");
        }
        assert!(!text.contains("{{"), "{preset}");
    }
}
