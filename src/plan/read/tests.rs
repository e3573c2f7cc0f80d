//! The contract's example, the defaults, and one refusal of every kind.

use std::time::Duration;

use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;
use crate::calendar::{Age, Pattern, Per};
use crate::plan::{Activity, Begins, Of, Platform, SpeaksAs, Stage};

const EXAMPLE: &str = r#"
timezone = "Europe/London"
day_starts = "04:00"
week_starts = "monday"

[[limits]]
of = "all"
per = "week"
time = "4h"
at_least = "0s"
[[limits.overrides]]
from = 2026-05-05
until = 2026-05-07
time = "8h"
why = "congress"

[breaks]
after = "20m"
length = "5m"
snooze = "5m"

[quiet]
from = "22:30"
until = "07:00"

[posting]
cooling_off = "10m"
late_after = "30m"
attestations_valid = "60d"

[[accounts]]
name = "blog"
platform = "folder"
path = "~/site/content/posts"
owner = "Dr Lin"
speaks_as = "doctor"
packs = ["aafp", "hipaa"]
slots = ["0 8 * * Tue,Fri"]
cadence = [
  { from = 2026-01-05, posts = "2 per week" },
  { after = "2y", posts = "1 per week" },
  { after = "4y", posts = "2-3 per month" },
]

[[engagements]]
name = "Journal club"
site = "x"
activity = "chat"
cron = "0 20 * * Sun"
length = "1h"

[[conferences]]
name = "Congress"
from = 2026-05-05
until = 2026-05-07
time = "1h"
"#;

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

fn stage(begins: Begins, min: u32, max: u32, per: Per) -> Stage {
    Stage {
        begins,
        min,
        max,
        per,
    }
}

#[test]
fn the_contracts_example_is_read_whole() {
    let plan = read(EXAMPLE).unwrap();
    assert_eq!(plan.timezone, "Europe/London");
    assert_eq!(plan.calendar.day_starts, time(4, 0, 0, 0));
    let [limit] = plan.limits.as_slice() else {
        panic!("{:?}", plan.limits)
    };
    assert_eq!(
        (&limit.of, limit.per, limit.time),
        (&Of::All, Per::Week, hours(4))
    );
    assert_eq!(limit.overrides[0].why, "congress");
    assert_eq!(limit.overrides[0].until, date(2026, 5, 7));
    let account = plan.account("blog").unwrap();
    let path = "~/site/content/posts".to_owned();
    assert_eq!(account.platform, Platform::Folder { path });
    assert_eq!(account.owner, "Dr Lin");
    assert_eq!(account.packs, ["aafp", "hipaa"]);
    assert_eq!(account.slots, [Pattern::parse("0 8 * * Tue,Fri").unwrap()]);
    let after = |text| Begins::After(Age::parse(text).unwrap());
    assert_eq!(
        account.cadence,
        [
            stage(Begins::On(date(2026, 1, 5)), 2, 2, Per::Week),
            stage(after("2y"), 1, 1, Per::Week),
            stage(after("4y"), 2, 3, Per::Month),
        ]
    );
    assert_eq!(account.settings, []);
    assert_eq!(plan.engagements[0].activity, Activity::Chat);
    assert_eq!(plan.conferences[0].time, hours(1));
}

#[test]
fn an_empty_plan_is_the_defaults() {
    let plan = read_in("", "Europe/Madrid").unwrap();
    assert_eq!(plan.timezone, "Europe/Madrid");
    assert_eq!(plan.calendar.zone.iana_name(), Some("Europe/Madrid"));
    assert_eq!(plan.calendar.week_starts, Weekday::Monday);
    assert!(plan.limits.is_empty() && plan.accounts.is_empty());
    let example = read(EXAMPLE).unwrap();
    assert_eq!(plan.breaks, example.breaks);
    assert_eq!(plan.quiet, example.quiet);
    assert_eq!(plan.posting, example.posting);
    assert_eq!(plan.calendar.day_starts, example.calendar.day_starts);
}

#[test]
fn only_the_documented_keys_are_required() {
    let plan = read(
        "[[limits]]\nof = \"X\"\nper = \"day\"\ntime = \"15m\"\n\
         [[accounts]]\nname = \"x\"\nplatform = \"handoff\"\n\
         [[engagements]]\nname = \"c\"\ncron = \"0 20 * * 0\"\nlength = \"1h\"\n\
         [[conferences]]\nname = \"k\"\nfrom = \"2026-05-05\"\nuntil = \"2026-05-05\"\n",
    )
    .unwrap();
    assert_eq!(plan.limits[0].of, Of::Site("x".into()));
    assert_eq!(plan.limits[0].at_least, Duration::ZERO);
    let account = &plan.accounts[0];
    assert_eq!(account.platform, Platform::Handoff { site: "x".into() });
    assert_eq!(account.speaks_as, SpeaksAs::Doctor);
    assert!(account.owner.is_empty() && account.cadence.is_empty() && account.slots.is_empty());
    assert_eq!(plan.engagements[0].activity, Activity::Chat);
    assert_eq!(plan.conferences[0].time, hours(1));
}

#[test]
fn other_settings_keep_their_order() {
    let plan = read(
        "[[accounts]]\nname = \"b\"\nserver = \"https://example.org\"\nplatform = \"mastodon\"\n\
         page = 3\nformat = \"short\"\n",
    )
    .unwrap();
    let settings: Vec<_> = plan.accounts[0]
        .settings
        .iter()
        .map(|(k, v)| (&**k, &**v))
        .collect();
    assert_eq!(
        settings,
        [
            ("server", "https://example.org"),
            ("page", "3"),
            ("format", "short")
        ]
    );
    assert_eq!(plan.accounts[0].platform.name(), "mastodon");
}

/// One wrong line in the example: what stands there, what it becomes, the field, and words of
/// the message or help.
#[rustfmt::skip]
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("timezone = \"Europe/London\"", "timezone = \"Europe/Lodnon\"", "timezone", "not a time zone"),
    ("day_starts = \"04:00\"", "day_starts = \"24:00\"", "day_starts", "23:59"),
    ("day_starts = \"04:00\"", "day_starts = \"+4:00\"", "day_starts", "not a time of day"),
    ("day_starts = \"04:00\"", "day_starts = \"4\"", "day_starts", "not a time of day"),
    ("week_starts = \"monday\"", "week_starts = \"mo\"", "week_starts", "not a weekday"),
    ("week_starts = \"monday\"", "week_start = \"monday\"", "week_start", "did you mean `week_starts`"),
    ("of = \"all\"", "of = \"activity:writing\"", "limits.of", "not an activity"),
    ("of = \"all\"", "of = \"write\"", "limits.of", "activity:write"),
    ("of = \"all\"", "of = \"a b\"", "limits.of", "a space"),
    ("of = \"all\"", "# of", "limits", "`of` is missing"),
    ("per = \"week\"", "per = \"fortnight\"", "limits.per", "day, week or month"),
    ("time = \"4h\"", "time = 4", "limits.time", "without a unit"),
    ("time = \"4h\"", "time = \"4\"", "limits.time", "4h for hours"),
    ("time = \"4h\"", "time = \"0s\"", "limits.time", "zero"),
    ("time = \"4h\"", "time = \"-4h\"", "limits.time", "negative"),
    ("time = \"4h\"", "time = [\"4h\"]", "limits.time", "not a list"),
    ("time = \"4h\"", "time = { h = 4 }", "limits.time", "not a table"),
    ("time = \"4h\"", "time = \"4h", "", "quotes"),
    ("at_least = \"0s\"", "at_least = \"3\"", "limits.at_least", "without a unit"),
    ("at_least = \"0s\"", "atleast = \"3h\"", "limits.atleast", "did you mean `at_least`"),
    ("until = 2026-05-07\ntime = \"8h\"", "until = 2026-05-04\ntime = \"8h\"", "limits.overrides.until", "before"),
    ("until = 2026-05-07\ntime = \"8h\"", "until = \"2026-05-32\"\ntime = \"8h\"", "limits.overrides.until", "not a date"),
    ("time = \"8h\"", "time = \"8\"", "limits.overrides.time", "without a unit"),
    ("after = \"20m\"", "after = \"0m\"", "breaks.after", "zero"),
    ("after = \"20m\"", "afer = \"20m\"", "breaks.afer", "did you mean `after`"),
    ("from = \"22:30\"", "from = \"22.30\"", "quiet.from", "not a time of day"),
    ("late_after = \"30m\"", "late_after = \"soon\"", "posting.late_after", "not a length of time"),
    ("attestations_valid = \"60d\"", "attestations_valid = \"0d\"", "posting.attestations_valid", "zero"),
    ("name = \"blog\"", "name = \"my blog\"", "accounts.name", "a space"),
    ("name = \"blog\"", "name = \"-blog\"", "accounts.name", "start with a letter"),
    ("name = \"blog\"", "name = \"a,b\"", "accounts.name", "a comma"),
    ("name = \"blog\"", "", "accounts", "`name` is missing"),
    ("platform = \"folder\"", "platform = \"folders\"", "accounts.platform", "did you mean \"folder\""),
    ("path = \"~/site/content/posts\"", "", "accounts.path", "needs `path`"),
    ("platform = \"folder\"", "platform = \"bluesky\"", "accounts.handle", "needs `handle`"),
    ("platform = \"folder\"", "platform = \"mastodon\"", "accounts.server", "needs `server`"),
    ("platform = \"folder\"", "platform = \"wordpress\"", "accounts.server", "needs `server`"),
    ("path = \"~/site/content/posts\"", "path = \"x\"\nserver = \"http://example.org\"", "accounts.server", "plain text"),
    ("path = \"~/site/content/posts\"", "path = \"x\"\nserver = \"example.org\"", "accounts.server", "https://example.org"),
    ("path = \"~/site/content/posts\"", "path = \"x\"\napp_password = \"s\"", "accounts.app_password", "secret"),
    ("path = \"~/site/content/posts\"", "path = \"x\"\nslot = \"s\"", "accounts.slot", "did you mean `slots`"),
    ("speaks_as = \"doctor\"", "speaks_as = \"nurse\"", "accounts.speaks_as", "practice"),
    ("slots = [\"0 8 * * Tue,Fri\"]", "slots = [\"0 8 * * Tuo\"]", "accounts.slots", "weekday `Tuo`"),
    ("slots = [\"0 8 * * Tue,Fri\"]", "slots = [\"0 8 30 2 *\"]", "accounts.slots", "never occurs"),
    ("slots = [\"0 8 * * Tue,Fri\"]", "slots = \"0 8 * * 2\"", "accounts.slots", "square brackets"),
    ("{ from = 2026-01-05, posts", "{ after = \"2y\", posts", "accounts.cadence.after", "first stage"),
    ("{ from = 2026-01-05, posts", "{ posts", "accounts.cadence", "when it begins"),
    ("{ after = \"2y\", posts", "{ after = \"2y\", from = 2027-01-01, posts", "accounts.cadence", "both"),
    ("{ after = \"2y\", posts", "{ after = \"5y\", posts", "accounts.cadence", "order of their dates"),
    ("{ after = \"2y\", posts", "{ after = \"2\", posts", "accounts.cadence.after", "without a unit"),
    ("{ after = \"2y\", posts", "{ after = \"0y\", posts", "accounts.cadence.after", "no time at all"),
    ("\"2 per week\"", "\"2 a week\"", "accounts.cadence.posts", "2-3 per month"),
    ("\"2 per week\"", "\"2 per day\"", "accounts.cadence.posts", "week or month"),
    ("\"2 per week\"", "\"0 per week\"", "accounts.cadence.posts", "no post at all"),
    ("\"2 per week\"", "\"-2 per week\"", "accounts.cadence.posts", "not a number of posts"),
    ("\"2-3 per month\"", "\"3-2 per month\"", "accounts.cadence.posts", "greater number first"),
    ("name = \"Journal club\"", "name = \" \"", "engagements.name", "missing"),
    ("cron = \"0 20 * * Sun\"", "cron = \"0 0 20 * * Sun\"", "engagements.cron", "6 fields"),
    ("activity = \"chat\"", "activity = \"chats\"", "engagements.activity", "did you mean \"chat\""),
    ("length = \"1h\"", "length = \"0h\"", "engagements.length", "zero"),
    ("site = \"x\"", "site = \"x y\"", "engagements.site", "a space"),
    ("platform = \"folder\"", "platform = \"folder\"\nsite = \"x y\"", "accounts.site", "a space"),
    ("[quiet]", "[[quiet]]", "quiet", "[quiet]"),
    ("[[conferences]]", "[conferences]", "conferences", "double brackets"),
    ("why = \"congress\"", "why = 5", "limits.overrides.why", "quotes"),
    ("length = \"1h\"", "", "engagements", "`length` is missing"),
    ("until = 2026-05-07\ntime = \"1h\"", "until = 2026-05-01", "conferences.until", "before"),
    ("until = 2026-05-07\ntime = \"1h\"", "", "conferences", "`until` is missing"),
];

/// The first line in which the two texts differ.
fn first_change(text: &str) -> usize {
    let same = EXAMPLE
        .lines()
        .zip(text.lines())
        .take_while(|(a, b)| a == b);
    same.count() + 1
}

#[test]
fn every_wrong_value_is_refused_at_its_line_and_key() {
    for (right, wrong, field, words) in WRONG {
        let text = EXAMPLE.replacen(right, wrong, 1);
        assert_ne!(text, EXAMPLE, "{right} does not stand in the example");
        let Err(error) = read(&text) else {
            panic!("{wrong} was accepted")
        };
        let told = format!("{} / {}", error.message, error.help);
        assert_eq!(error.field, *field, "{wrong}: {told}");
        assert!(told.contains(words), "{wrong}: {told}");
        assert!(!error.help.is_empty(), "{wrong}");
        // A missing key is told at its table, one of several at the platform that needs it.
        let near = first_change(&text).abs_diff(error.line);
        let exact = !told.contains("missing")
            && !told.contains("needs")
            && !told.contains("order of")
            && wrong.lines().count() < 2;
        assert!(
            if exact { near == 0 } else { near <= 5 },
            "{wrong}: line {}",
            error.line
        );
    }
}

/// Line, field and message of everything that is wrong.
fn all_of(text: &str) -> Vec<(usize, String, String)> {
    let error = read(text).unwrap_err();
    let others = error.also.clone();
    assert!(others.iter().all(|other| other.also.is_empty()));
    std::iter::once(error)
        .chain(others)
        .map(|one| (one.line, one.field, one.message))
        .collect()
}

#[test]
fn every_fault_is_told_in_one_go_with_its_line() {
    let text = "timezone = \"Mars\"\nweek_start = \"monday\"\n\
        [[limits]]\nof = \"write\"\ntime = 4\n\
        [[limits.overrides]]\nfrom = 2026-05-05\ntime = \"0s\"\n\
        [[limits]]\nof = \"all\"\nper = \"day\"\ntime = \"1h\"\n\
        [quiet]\nfrom = \"9\"\nuntil = [\"7\"]\n\
        [[accounts]]\nname = \"a b\"\nplatform = \"wordpress\"\nserver = \"http://a.b\"\n\
        token = \"x\"\nslots = [\"0 8 * *\", \"0 8 * * Tue\", \"x\"]\n\
        cadence = [{ after = \"2y\", posts = \"2 per day\" }, { posts = \"1 per week\" }]\n\
        [[engagements]]\nname = \"Chat\"\nlength = \"0m\"\n\
        [[conferences]]\nname = \"K\"\nfrom = 2026-05-05\nuntil = 2026-05-01\ntme = \"1h\"\n\
        [[feeds]]\nname = \"BMJ\"\naddress = 5\n[other]\nx = 1\n";
    let told = all_of(text);
    let places: Vec<(usize, &str)> = told
        .iter()
        .map(|(line, field, _)| (*line, field.as_str()))
        .collect();
    let expected = [
        (1, "timezone"),
        (2, "week_start"),
        (3, "limits"),
        (4, "limits.of"),
        (5, "limits.time"),
        (6, "limits.overrides"),
        (8, "limits.overrides.time"),
        (14, "quiet.from"),
        (15, "quiet.until"),
        (17, "accounts.name"),
        (18, "accounts.user"),
        (19, "accounts.server"),
        (20, "accounts.token"),
        (21, "accounts.slots"),
        (21, "accounts.slots"),
        (22, "accounts.cadence.posts"),
        (22, "accounts.cadence"),
        (23, "engagements.cron"),
        (25, "engagements.length"),
        (29, "conferences.until"),
        (30, "conferences.tme"),
        (33, "feeds.address"),
        (34, "other"),
    ];
    assert_eq!(places, expected, "{told:#?}");
    assert!(told.iter().all(|(.., message)| !message.is_empty()));
}

#[test]
fn lines_that_are_no_toml_are_all_told_and_nothing_that_only_follows_from_them() {
    let two = EXAMPLE
        .replacen("per = \"week\"", "per \"week\"", 1)
        .replacen("time = \"4h\"", "time = 4h", 1)
        .replacen("length = \"1h\"", "length = \"1\"", 1);
    let line = |start: &str| {
        1 + two
            .lines()
            .position(|line| line.starts_with(start))
            .unwrap()
    };
    let told = all_of(&two);
    let lines: Vec<usize> = told.iter().map(|(line, ..)| *line).collect();
    let wrong = ["per \"week", "time = 4h", "length = \"1\""].map(line);
    assert_eq!(lines, wrong, "{told:#?}");
    // Where a table's head cannot be read, what follows it stands nowhere.
    let head = EXAMPLE.replacen("[[accounts]]", "[[accounts]", 1).replacen(
        "time = \"8h\"",
        "time = \"8\"",
        1,
    );
    assert_eq!(all_of(&head).len(), 1, "{:#?}", all_of(&head));
}

#[test]
fn what_stands_twice_is_refused_where_it_stands_again() {
    let limit = "\n[[limits]]\nof = \"all\"\nper = \"week\"\ntime = \"1h\"\n";
    let account = "\n[[accounts]]\nname = \"Blog\"\nplatform = \"handoff\"\n";
    let engagement =
        "\n[[engagements]]\nname = \"Journal club\"\ncron = \"0 1 * * *\"\nlength = \"1h\"\n";
    let conference =
        "\n[[conferences]]\nname = \"Congress\"\nfrom = 2026-05-05\nuntil = 2026-05-05\n";
    for (more, field) in [
        (limit, "limits.of"),
        (account, "accounts.name"),
        (engagement, "engagements.name"),
        (conference, "conferences.name"),
    ] {
        let error = read(&format!("{EXAMPLE}{more}")).unwrap_err();
        assert_eq!(error.field, field);
        assert!(error.line > EXAMPLE.lines().count(), "{error}");
    }
    let next_year = conference.replace("2026", "2027");
    assert!(read(&format!("{EXAMPLE}{next_year}")).is_ok());
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let with = |server: &str| {
        read(&format!(
            "[[accounts]]\nname = \"m\"\nplatform = \"mastodon\"\nserver = \"{server}\"\n"
        ))
    };
    for server in [
        "http://localhost:3000",
        "http://127.0.0.1/x",
        "http://[::1]:80",
        "https://a.b",
    ] {
        assert!(with(server).is_ok(), "{server}");
    }
    for server in [
        "http://127.0.0.1.example.org",
        "http://localhost.evil",
        "http://10.0.0.1",
        "https://",
        "ftp://a",
    ] {
        assert!(with(server).is_err(), "{server}");
    }
}

proptest! {
    #[test]
    fn no_damage_to_the_text_breaks_the_reader(at in 0_usize..1400, with in "\\PC{0,3}", cut in 0_usize..6) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, with.chars());
        let text: String = text.into_iter().collect();
        if let Err(error) = read(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
            prop_assert!(!error.message.is_empty());
        }
    }
}
