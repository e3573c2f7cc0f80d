//! Calendars of the shapes that real programs write, from `tests/fixtures/calendars`.

use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

const GOOGLE: &[u8] = include_bytes!("../../../tests/fixtures/calendars/google.ics");
const OUTLOOK: &[u8] = include_bytes!("../../../tests/fixtures/calendars/outlook.ics");
const APPLE: &[u8] = include_bytes!("../../../tests/fixtures/calendars/apple.ics");
const NEXTCLOUD: &[u8] = include_bytes!("../../../tests/fixtures/calendars/nextcloud.ics");
const THUNDERBIRD: &[u8] = include_bytes!("../../../tests/fixtures/calendars/thunderbird.ics");
const CANCELLED: &[u8] =
    include_bytes!("../../../tests/fixtures/calendars/invitation-cancelled.ics");

fn london() -> Calendar {
    Calendar {
        zone: TimeZone::get("Europe/London").unwrap(),
        ..Calendar::default()
    }
}

fn reading(bytes: &[u8], only: &[String]) -> Result<Read, CalendarError> {
    let calendar = london();
    let wanted = Wanted {
        calendar: &calendar,
        from: date(2026, 5, 1),
        until: date(2027, 6, 5),
        only,
    };
    read(bytes, &wanted)
}

/// Appointments by name, with their hours in UTC or their days.
fn told(read: &Read) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<_> = read
        .appointments
        .iter()
        .map(|appointment| {
            let when = match &appointment.when {
                When::Days(from, until) => vec![format!("{from}..{until}")],
                When::Hours(hours) => hours
                    .iter()
                    .flat_map(|(length, begins)| {
                        let minutes = length.as_secs() / 60;
                        begins.iter().map(move |begin| match begin {
                            Begin::Exact(at) => format!("{at} {minutes}"),
                            Begin::Local(local) => format!("{local} {minutes}"),
                        })
                    })
                    .collect(),
                When::Never => vec!["never".to_owned()],
            };
            (appointment.name.clone(), when)
        })
        .collect();
    all.sort();
    all
}

fn one(name: &str, when: &[&str]) -> (String, Vec<String>) {
    let when = when.iter().map(|text| (*text).to_owned()).collect();
    (name.to_owned(), when)
}

fn reasons(skipped: &[Skipped]) -> Vec<(&str, &str)> {
    let pairs = skipped.iter().map(|s| (s.title.as_str(), s.why.as_str()));
    pairs.collect()
}

#[test]
fn google_with_a_moved_a_cancelled_and_a_left_out_instance() {
    let read = reading(GOOGLE, &[]).unwrap();
    assert_eq!(read.name.as_deref(), Some("Professional"));
    assert_eq!(
        told(&read),
        [
            one("Heart congress, Munich", &["2026-08-28..2026-08-31"]),
            one(
                "Sunday chat",
                &[
                    "2026-05-03T19:00:00Z 60",
                    "2026-05-18T19:30:00Z 60",
                    "2026-05-31T19:00:00Z 60",
                    "2026-06-07T19:00:00Z 60",
                ]
            ),
        ]
    );
    assert_eq!(read.past, 1);
    assert_eq!(reasons(&read.skipped)[0].0, "Ann's birthday");
    assert!(read.known.unwrap().contains("longago@google.com"));
}

#[test]
fn outlook_with_windows_and_own_zones() {
    let read = reading(OUTLOOK, &[]).unwrap();
    assert_eq!(
        told(&read),
        [
            one("Canceled: Visiting speaker", &["never"]),
            one(
                "Journal club (Boston)",
                &[
                    "2026-05-05T16:00:00Z 60",
                    "2026-06-02T16:00:00Z 60",
                    "2026-07-07T16:00:00Z 60",
                    "2026-08-04T16:00:00Z 60",
                ]
            ),
            one("Spring meeting", &["2026-06-04..2026-06-05"]),
            one("Tumour board chat", &["2026-05-21T16:00:00Z 45"]),
        ]
    );
    assert_eq!(
        reasons(&read.skipped),
        [(
            "From elsewhere",
            "its time zone “Mars Standard Time” is not known here"
        )]
    );
    let long = read
        .appointments
        .iter()
        .find(|a| a.name.starts_with("Tumour"));
    assert!(
        long.unwrap()
            .uid
            .ends_with("0010000000A1B2C3D4E5F60718293A4B5C6D7E8F90")
    );
}

#[test]
fn apple_with_a_floating_time_and_a_day_without_an_end() {
    let read = reading(APPLE, &[]).unwrap();
    assert_eq!(
        told(&read),
        [
            one("Floating lecture", &["2026-05-20T08:00:00Z 45"]),
            one("One day course", &["2026-06-03..2026-06-03"]),
            one(
                "Ward round online",
                &[
                    "2026-05-12T09:00:00Z 60",
                    "2026-05-26T09:00:00Z 60",
                    "2026-06-09T09:00:00Z 60",
                ]
            ),
        ]
    );
}

#[test]
fn nextcloud_with_days_by_the_clock_and_added_dates() {
    let read = reading(NEXTCLOUD, &[]).unwrap();
    let title = "Ärztetag ; Leipzig mit einem sehr langen Titel, der über die Länge einer Zeile \
                 hinausgeht";
    assert_eq!(
        told(&read),
        [
            one(
                "Qualitätszirkel",
                &[
                    "2026-05-05T17:00:00Z 60",
                    "2026-05-07T17:00:00Z 60",
                    "2026-05-12T17:00:00Z 60",
                ]
            ),
            one(title, &["2026-06-17..2026-06-20"]),
        ]
    );
}

#[test]
fn thunderbird_with_a_path_before_the_zone() {
    let read = reading(THUNDERBIRD, &[]).unwrap();
    assert_eq!(
        told(&read),
        [
            one(
                "Late chat",
                &[
                    "2026-05-15T01:00:00Z 60",
                    "2026-05-16T01:00:00Z 60",
                    "2026-05-17T01:00:00Z 60",
                ]
            ),
            one("Without an end", &["2026-05-15T18:00:00Z 60"]),
        ]
    );
    assert_eq!(reasons(&read.skipped)[0].0, "All day long");
    assert_eq!(reasons(&read.remarks)[0].0, "Without an end");
    assert_eq!(read.name, None);
}

#[test]
fn an_invitation_that_is_taken_back() {
    let read = reading(CANCELLED, &[]).unwrap();
    assert_eq!(told(&read), [one("Heart congress, Munich", &["never"])]);
    assert_eq!(read.known, None, "one invitation is no whole calendar");
}

#[test]
fn only_what_is_asked_for() {
    let read = reading(GOOGLE, &["congress".to_owned()]).unwrap();
    assert_eq!(read.appointments.len(), 1);
    assert!(
        reasons(&read.skipped)
            .contains(&("Sunday chat", "its title has none of the words asked for"))
    );
}

fn event(lines: &str) -> Vec<u8> {
    let text = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:a\nSUMMARY:A\n{lines}\n\
         END:VEVENT\nEND:VCALENDAR\n"
    );
    text.into_bytes()
}

#[test]
fn a_series_keeps_its_hour_across_daylight_saving() {
    let weekly = event(
        "DTSTART;TZID=Europe/London:20261018T200000\nDTEND;TZID=Europe/London:20261018T210000\n\
         RRULE:FREQ=WEEKLY;COUNT=3",
    );
    let expected = [one(
        "A",
        &[
            "2026-10-18T19:00:00Z 60",
            "2026-10-25T20:00:00Z 60",
            "2026-11-01T20:00:00Z 60",
        ],
    )];
    assert_eq!(told(&reading(&weekly, &[]).unwrap()), expected);
}

#[test]
fn the_newest_version_of_an_event_holds() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSEQUENCE:1\nSUMMARY:New\n\
                DTSTART;VALUE=DATE:20260601\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nSEQUENCE:0\n\
                SUMMARY:Old\nDTSTART;VALUE=DATE:20260501\nEND:VEVENT\nEND:VCALENDAR\n";
    let read = reading(text.as_bytes(), &[]).unwrap();
    assert_eq!(told(&read), [one("New", &["2026-06-01..2026-06-01"])]);
}

#[test]
fn endless_series_are_bounded_and_say_so() {
    let daily = event("DTSTART:20200101T180000Z\nDURATION:PT30M\nRRULE:FREQ=DAILY");
    let read = reading(&daily, &[]).unwrap();
    assert_eq!(told(&read)[0].1.len(), MOST_DATES);
    assert_eq!(
        reasons(&read.remarks)[0].1,
        "only its next 120 dates were taken"
    );
}

#[test]
fn odd_events_are_taken_with_a_remark() {
    for (lines, when, remark) in [
        (
            "DTSTART:20260601T090000Z\nDTEND:20260602T150000Z",
            "2026-06-01..2026-06-02",
            "it lasts a day or longer, so its days are taken as a congress",
        ),
        (
            "DTSTART:20260601T090000Z\nDTEND:20260601T090000Z",
            "2026-06-01T09:00:00Z 60",
            "it ends as it begins, so an hour is assumed",
        ),
        (
            "DTSTART:20260601T090000Z\nDURATION:PT0S",
            "2026-06-01T09:00:00Z 60",
            "it has no length, so an hour is assumed",
        ),
        (
            "DTSTART:20260601T090000Z\nDTEND:20260601T080000Z",
            "2026-06-01T09:00:00Z 60",
            "it ends before it begins, so an hour is assumed",
        ),
        (
            "DTSTART:20260601T090000\nDTEND:20260601T100000",
            "2026-06-01T08:00:00Z 60",
            "its time names no zone, so it is taken in the plan's",
        ),
    ] {
        let read = reading(&event(lines), &[]).unwrap();
        assert_eq!(told(&read), [one("A", &[when])]);
        assert_eq!(reasons(&read.remarks), [("A", remark)]);
    }
    let plain = event("DTSTART:20260601T090000Z\nDTEND:20260601T093000Z");
    let over = event("DTSTART:20250601T090000\nDTEND:20250601T090000");
    for quiet in [plain, over] {
        assert_eq!(reasons(&reading(&quiet, &[]).unwrap().remarks), []);
    }
}

#[test]
fn rules_that_cost_too_much_or_make_no_sense_are_told() {
    for (rule, why) in [
        ("FREQ=SECONDLY", "all day long"),
        ("FREQ=DAILY;BYMINUTE=0,1,2,3,4,5", "all day long"),
        ("FREQ=NEVER", "not understood"),
        ("FREQ=DAILY;UNTIL=soonZ", "not understood"),
    ] {
        let event = event(&format!(
            "DTSTART:20260601T180000Z\nDURATION:PT30M\nRRULE:{rule}"
        ));
        let read = reading(&event, &[]).unwrap();
        let skipped = reasons(&read.skipped);
        assert!(skipped[0].1.contains(why), "{rule}: {skipped:?}");
    }
    let old = event("DTSTART:00010101T180000Z\nDURATION:PT30M\nRRULE:FREQ=DAILY");
    assert!(reading(&old, &[]).unwrap().skipped[0].why.contains("1900"));
}

#[test]
fn what_is_no_calendar_is_refused() {
    assert_eq!(
        reading(b"<html>", &[]).unwrap_err(),
        CalendarError::NotACalendar
    );
    assert_eq!(reading(b"", &[]).unwrap_err(), CalendarError::NotACalendar);
    let half = &GOOGLE[..GOOGLE.len() / 2];
    assert!(matches!(reading(half, &[]), Err(CalendarError::Damaged(_))));
    let deep = "BEGIN:VCALENDAR\n".to_owned() + &"BEGIN:VEVENT\n".repeat(100_000);
    assert!(matches!(
        reading(deep.as_bytes(), &[]),
        Err(CalendarError::Damaged(_))
    ));
}

#[test]
fn signs_that_a_terminal_obeys_reach_no_title() {
    let mut event = event("DTSTART;VALUE=DATE:20260601");
    let at = event.windows(9).position(|w| w == b"SUMMARY:A").unwrap();
    event.splice(at + 8..at + 9, "E\u{1b}[31mvil\\nName\u{9b}".bytes());
    let read = reading(&event, &[]).unwrap();
    assert_eq!(read.appointments[0].name, "E [31mvil Name");
}

#[test]
fn what_is_written_reads_back_and_keeps_its_uids() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let long = "Congress; with a, very \\ long title ".repeat(3);
    let entries = [
        write::Entry {
            kind: "engagement",
            name: "Chat".into(),
            title: "Chat".into(),
            span: write::Span::Time(at("2026-05-05T19:00:00Z"), at("2026-05-05T20:00:00Z")),
        },
        write::Entry {
            kind: "conference",
            name: "C".into(),
            title: long.trim().into(),
            span: write::Span::Days(date(2026, 5, 5), date(2026, 5, 7)),
        },
    ];
    let text = write::calendar(&entries, at("2026-05-01T00:00:00Z"));
    assert!(text.contains("DTEND;VALUE=DATE:20260508\r\n"), "{text}");
    for line in text.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains('\n'), "{line}");
    }
    let again = write::calendar(&entries, at("2026-05-02T00:00:00Z"));
    let uids = |text: &str| text.matches("UID:").count();
    assert_eq!(uids(&text), 2);
    assert_eq!(
        text.replace("20260501T", ""),
        again.replace("20260502T", "")
    );
    // What rounds wrote is not taken in; under other UIDs it says the same.
    let read = reading(text.as_bytes(), &[]).unwrap();
    assert_eq!((read.appointments.len(), read.skipped.len()), (0, 2));
    let read = reading(text.replace(write::OURS, "@other").as_bytes(), &[]).unwrap();
    let cut: String = long.trim().chars().take(100).collect();
    assert_eq!(
        told(&read),
        [
            one("Chat", &["2026-05-05T19:00:00Z 60"]),
            one(cut.trim_end(), &["2026-05-05..2026-05-07"]),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_that_is_thrown_at_it_panics(noise in "\\PC{0,40}", at in 0_usize..2600) {
        let mut bytes = OUTLOOK.to_vec();
        let at = at.min(bytes.len());
        bytes.splice(at..at, noise.bytes());
        let _ = reading(&bytes, &[]);
        bytes.truncate(at);
        let _ = reading(&bytes, &[]);
    }
}
