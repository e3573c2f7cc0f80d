//! The forecast's shape and each sentence of the contract about it.

use jiff::ToSpan;
use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::plan::presets::{Preset, render};
use crate::plan::read::read;

fn forecast_of(text: &str, from: Date, to: Date) -> Forecast {
    forecast(&read(text).unwrap(), from, to)
}

fn account(name: &str, slots: &str) -> String {
    format!(
        "[[accounts]]\nname = \"{name}\"\nplatform = \"folder\"\npath = \"p\"\nslots = [{slots}]\n"
    )
}

fn slots_of(day: &Day) -> Vec<String> {
    let told = |slot: &Slot| format!("{} {}", slot.account, slot.at.text);
    day.slots.iter().map(told).collect()
}

#[test]
fn the_json_is_the_contracts() {
    let text = "timezone = \"Europe/London\"
[[limits]]
of = \"all\"
per = \"week\"
time = \"4h\"
[[accounts]]
name = \"blog\"
platform = \"folder\"
path = \"p\"
slots = [\"0 8 * * Tue\"]
cadence = [{ from = 2026-01-05, posts = \"2-3 per month\" }]
[[engagements]]
name = \"Club\"
cron = \"30 20 5 * *\"
length = \"90m\"
[[conferences]]
name = \"Congress\"
from = 2026-05-05
until = 2026-05-05
time = \"1h\"
";
    let found = serde_json::to_value(forecast_of(text, date(2026, 5, 4), date(2026, 5, 5)));
    let limit = json!({"of": "all", "per": "week", "limit_s": 14400});
    let cadence = json!([{"account": "blog", "period": "month", "target_min": 2, "target_max": 3}]);
    let expected: Value = json!({"days": [
        {"date": "2026-05-04", "limits": [limit], "slots": [], "engagements": [], "cadence": cadence},
        {
            "date": "2026-05-05",
            "limits": [limit, {"of": "activity:conference", "per": "day", "limit_s": 3600}],
            "slots": [{"account": "blog", "at": "2026-05-05T08:00:00+01:00"}],
            "engagements": [{
                "name": "Club",
                "from": "2026-05-05T20:30:00+01:00",
                "until": "2026-05-05T22:00:00+01:00",
            }],
            "cadence": cadence,
        },
    ]});
    assert_eq!(found.unwrap(), expected);
}

#[test]
fn every_day_of_the_range_is_there_and_no_other() {
    let days = |from, to| forecast_of("", from, to).days;
    let leap = days(date(2028, 2, 28), date(2028, 3, 1));
    let dates: Vec<Date> = leap.iter().map(|day| day.date).collect();
    assert_eq!(
        dates,
        [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]
    );
    assert_eq!(days(date(2028, 3, 1), date(2028, 3, 1)).len(), 1);
    assert!(days(date(2028, 3, 1), date(2028, 2, 29)).is_empty());
    let slot = account("a", "\"0 8 * * *\"");
    assert_eq!(forecast_of(&slot, Date::MIN, Date::MIN).days.len(), 1);
    assert_eq!(forecast_of(&slot, Date::MAX, Date::MAX).days.len(), 1);
}

#[test]
fn half_past_one_on_sunday_belongs_to_saturday() {
    let text = format!(
        "timezone = \"Europe/London\"\n{}[[engagements]]\nname = \"Late\"\ncron = \"45 3 * * Sun\"\nlength = \"1h\"\n",
        account("a", "\"30 1 * * Sun\", \"0 4 * * Sun\"")
    );
    let days = forecast_of(&text, date(2026, 11, 21), date(2026, 11, 22)).days;
    assert_eq!(slots_of(&days[0]), ["a 2026-11-22T01:30:00+00:00"]);
    assert_eq!(
        days[0].engagements[0].until.text,
        "2026-11-22T04:45:00+00:00"
    );
    assert_eq!(slots_of(&days[1]), ["a 2026-11-22T04:00:00+00:00"]);
    assert!(days[1].engagements.is_empty());
    // The night before the range belongs to the day before it.
    let sunday = forecast_of(&text, date(2026, 11, 22), date(2026, 11, 22)).days;
    assert_eq!(sunday[0], days[1]);
}

#[test]
fn slots_of_all_accounts_are_sorted_by_time_quiet_time_included() {
    let text = [
        account("b", "\"0 9 * * *\", \"30 23 * * *\""),
        account("a", "\"0 8 * * *\", \"0 9 * * *\", \"0 9 * * Sat\""),
    ]
    .concat();
    let days = forecast_of(&text, date(2026, 11, 21), date(2026, 11, 21)).days;
    assert_eq!(
        slots_of(&days[0]),
        [
            "a 2026-11-21T08:00:00+00:00",
            "b 2026-11-21T09:00:00+00:00",
            "a 2026-11-21T09:00:00+00:00",
            "b 2026-11-21T23:30:00+00:00"
        ]
    );
}

#[test]
fn the_days_on_which_clocks_change_keep_their_slots() {
    let text = format!(
        "timezone = \"Europe/London\"\n{}",
        account("a", "\"30 1 * * *\"")
    );
    let days = forecast_of(&text, date(2026, 3, 28), date(2026, 3, 28)).days;
    assert_eq!(slots_of(&days[0]), ["a 2026-03-29T02:00:00+01:00"]);
    let days = forecast_of(&text, date(2026, 10, 24), date(2026, 10, 25)).days;
    assert_eq!(slots_of(&days[0]), ["a 2026-10-25T01:30:00+01:00"]);
    assert_eq!(slots_of(&days[1]), ["a 2026-10-26T01:30:00+00:00"]);
}

fn seconds(days: &[Day], number: usize) -> Vec<u64> {
    days.iter().map(|day| day.limits[number].limit_s).collect()
}

#[test]
fn an_override_holds_for_every_period_that_its_dates_touch() {
    let limit = |per: &str| {
        format!(
            "[[limits]]\nof = \"x\"\nper = \"{per}\"\ntime = \"1h\"\n[[limits.overrides]]\n\
             from = 2026-05-31\nuntil = 2026-06-01\ntime = \"2h\"\nwhy = \"congress\"\n"
        )
    };
    let text = [limit("day"), limit("week"), limit("month")].concat();
    let days = forecast_of(&text, date(2026, 4, 30), date(2026, 7, 1)).days;
    let raised = |number: usize| {
        let raised: Vec<Date> = days
            .iter()
            .filter(|day| day.limits[number].limit_s == 7200)
            .map(|day| day.date)
            .collect();
        (raised[0], raised[raised.len() - 1], raised.len())
    };
    // 31 May 2026 is a Sunday: two days, two weeks, two months.
    assert_eq!(raised(0), (date(2026, 5, 31), date(2026, 6, 1), 2));
    assert_eq!(raised(1), (date(2026, 5, 25), date(2026, 6, 7), 14));
    assert_eq!(raised(2), (date(2026, 5, 1), date(2026, 6, 30), 61));
    assert_eq!(seconds(&days[..1], 1), [3600]);
}

#[test]
fn lins_five_years_have_every_slot_at_eight() {
    for (zone, winter, summer) in [
        ("Europe/London", "+00:00", "+01:00"),
        ("America/New_York", "-05:00", "-04:00"),
    ] {
        let text = render(Preset::Lin, zone, date(2026, 1, 5));
        let days = forecast_of(&text, date(2026, 1, 5), date(2031, 1, 4)).days;
        // 1826 days from a Monday: 260 weeks, and six days with a Tuesday and a Friday.
        assert_eq!(days.len(), 1826);
        let slots: Vec<&Slot> = days.iter().flat_map(|day| &day.slots).collect();
        assert_eq!(slots.len(), 522);
        for slot in &slots {
            let offset = slot.at.text.split_once("T08:00:00").unwrap().1;
            assert!([winter, summer].contains(&offset), "{slot:?}");
        }
        assert_eq!(slots[0].at.text, format!("2026-01-06T08:00:00{winter}"));
        assert!(seconds(&days, 0).iter().all(|limit| *limit == 4 * 3600));
        let aims = |per, target_max| {
            let held = |aim: &&Aim| aim.period == per && aim.target_max == target_max;
            days.iter()
                .flat_map(|day| &day.cadence)
                .filter(held)
                .count()
        };
        // 5 January 2026 to 9 January 2028, then to 31 January 2030, then to 4 January 2031.
        assert_eq!(aims(Per::Week, 2), 735);
        assert_eq!(aims(Per::Week, 1), 753);
        assert_eq!(aims(Per::Month, 3), 338);
    }
}

#[test]
fn sevillas_year_has_a_daily_post_a_weekly_chat_and_two_congresses() {
    let mut text = render(Preset::Sevilla, "Europe/Madrid", date(2026, 1, 1));
    for (name, from, until) in [
        ("Spring", "2026-05-05", "2026-05-07"),
        ("Autumn", "2026-10-24", "2026-10-26"),
    ] {
        let conference =
            format!("\n[[conferences]]\nname = \"{name}\"\nfrom = {from}\nuntil = {until}\n");
        text.push_str(&conference);
    }
    let days = forecast_of(&text, date(2026, 1, 1), date(2026, 12, 31)).days;
    let congress: Vec<Date> = days
        .iter()
        .filter(|day| day.limits.len() == 3)
        .inspect(|day| assert_eq!(day.limits[2].limit_s, 3600))
        .map(|day| day.date)
        .collect();
    let three = |month, first| (first..first + 3).map(move |day| date(2026, month, day));
    assert_eq!(
        congress,
        three(5, 5).chain(three(10, 24)).collect::<Vec<_>>()
    );
    for day in &days {
        assert_eq!(
            (day.limits[0].limit_s, day.limits[1].limit_s),
            (900, 3600),
            "a congress changes no other limit"
        );
        assert_eq!(day.slots.len(), 1);
        let sunday = day.date.weekday() == jiff::civil::Weekday::Sunday;
        assert_eq!(day.engagements.len(), usize::from(sunday), "{}", day.date);
        assert_eq!(day.cadence[0].target_min, 7);
    }
    let chat = |number: usize| days[number].engagements[0].from.text.clone();
    // The clocks change on 29 March and 25 October.
    let day_number = |day: Date| day.day_of_year() as usize - 1;
    assert_eq!(
        chat(day_number(date(2026, 3, 22))),
        "2026-03-22T20:00:00+01:00"
    );
    assert_eq!(
        chat(day_number(date(2026, 3, 29))),
        "2026-03-29T20:00:00+02:00"
    );
    assert_eq!(
        chat(day_number(date(2026, 10, 25))),
        "2026-10-25T20:00:00+01:00"
    );
}

#[test]
fn a_day_is_the_same_in_every_range() {
    let text = render(Preset::Lin, "America/St_Johns", date(2026, 1, 5));
    let year = forecast_of(&text, date(2029, 7, 1), date(2030, 6, 30)).days;
    for day in date(2029, 7, 1).series(13.days()).take(28) {
        let alone = forecast_of(&text, day, day).days;
        assert!(year.contains(&alone[0]), "{day}");
    }
}
