//! Numbers that name a person: phones, and record and identity numbers with check digits.
//!
//! A number is read with look-alike letters as digits, and also when it is spelled out. A label
//! word beside it counts more than a failed check digit, since numbers are mistyped in life; helplines
//! and the numbers of papers, trials, doses and practices are no one's. It knows no names.

use std::ops::Range;

use super::judge::Seen;
use super::reading::Reading;
use super::{Category, Rules, Severity, check_digits};

/// Finds phone and record numbers.
pub(super) fn find(rules: &Rules, reading: &Reading) -> Vec<Seen> {
    let digits = unmask(&reading.text.lower);
    let mut seen: Vec<Seen> = Vec::new();
    for run in runs(&digits)
        .into_iter()
        .chain(spelled(&reading.text.lower))
    {
        if let Some(found) = judge(rules, reading, &run)
            && seen.iter().all(|other| {
                other.range.end <= found.range.start || found.range.end <= other.range.start
            })
        {
            seen.push(found);
        }
    }
    seen
}

/// A run of digits with the marks that people put between them.
struct Run {
    range: Range<usize>,
    digits: String,
    international: bool,
    /// Digits in the first group, for numbers written in a set form.
    groups: Vec<usize>,
    /// Letter right behind, as in a DNI.
    letter: Option<char>,
    spelled: bool,
}

fn judge(rules: &Rules, reading: &Reading, run: &Run) -> Option<Seen> {
    let from = reading
        .sentences
        .get(reading.sentence(run.range.start))
        .map_or(0, |one| one.range.start);
    let before = reading.before(from, run.range.start);
    if is_helpline(&run.digits) || rules.context("no_number_before", before) {
        return None;
    }
    if rules.context("record_before", before) && run.digits.len() >= 4 {
        return Some(record(
            run,
            "record-label",
            "A number with a record's label beside it names one person.",
        ));
    }
    if valid_record(run) {
        return Some(record(
            run,
            "record-check",
            "The check digit of this number holds: it may be a record or identity number.",
        ));
    }
    if !is_phone(run, rules.context("phone_before", before)) {
        return None;
    }
    let cues = reading.cues_at(run.range.start);
    let official = cues & rules.bit("official_contact") != 0
        || reading.post & rules.bit("official_contact") != 0
            && reading.post & rules.bit("frame") == 0;
    if official && cues & (rules.bit("patient") | rules.bit("kin_contact")) == 0 {
        return None;
    }
    let why = "A telephone number leads to one person.";
    Some(Seen::new(
        Category::Phone,
        run.range.clone(),
        Severity::Block,
        "phone",
        why,
    ))
}

fn record(run: &Run, rule: &str, why: &str) -> Seen {
    Seen::new(
        Category::RecordNumber,
        run.range.clone(),
        Severity::Block,
        rule,
        why,
    )
}

/// Whether a number is an identity number by its form and check digit alone.
fn valid_record(run: &Run) -> bool {
    if let Some(letter) = run.letter {
        return check_digits::dni(&format!("{}{letter}", run.digits));
    }
    match run.digits.len() {
        10 => {
            let grouped = run.groups == [3, 3, 4];
            let phone = run.digits.starts_with('0') || run.international;
            (check_digits::nhs(&run.digits) && (grouped || run.groups.len() == 1) && !phone)
                || check_digits::chi(&run.digits)
        }
        9 => run.groups == [3, 2, 4],
        13 => {
            run.groups.len() == 1
                && check_digits::luhn(&run.digits)
                && !run.digits.starts_with("97")
        }
        16 => check_digits::luhn(&run.digits),
        _ => false,
    }
}

/// Whether a number has the form of a telephone number.
fn is_phone(run: &Run, label: bool) -> bool {
    let digits = run.digits.as_str();
    let length = digits.len();
    if run.international {
        return (8..=15).contains(&length);
    }
    if run.spelled {
        return length >= 7;
    }
    let parts = run.groups.len();
    match digits.as_bytes()[0] {
        b'0' => (9..=11).contains(&length) && (parts > 1 || label || length > 9),
        b'6' | b'7' | b'9' if length == 9 => parts > 1 || label || digits.starts_with(['6', '7']),
        _ if length == 10 => parts == 3 && run.groups[2] == 4 || label,
        _ => label && (7..=13).contains(&length),
    }
}

/// Numbers that anybody may ring.
fn is_helpline(digits: &str) -> bool {
    const LINES: [&str; 16] = [
        "116123",
        "988",
        "111",
        "999",
        "112",
        "024",
        "061",
        "131114",
        "911",
        "000",
        "113",
        "118",
        "119",
        "1737",
        "116111",
        "18002738255",
    ];
    const OPEN: [&str; 13] = [
        "0800", "0808", "0300", "0303", "0330", "0333", "0344", "0345", "1800", "1850", "1300",
        "800", "900",
    ];
    LINES.contains(&digits)
        || (digits.len() >= 9 && OPEN.iter().any(|open| digits.starts_with(open)))
}

/// Reads look-alike letters between digits as digits; the length stays.
fn unmask(lower: &str) -> String {
    let bytes = lower.as_bytes();
    let numeric = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut digits = String::with_capacity(bytes.len());
    for at in 0..bytes.len() {
        let digit = match bytes[at] {
            b'o' => '0',
            b'l' | b'i' | b'|' => '1',
            other => {
                digits.push(other as char);
                continue;
            }
        };
        let after_digit = digits.ends_with(|one: char| one.is_ascii_digit());
        let converted = after_digit && !numeric(at.saturating_sub(1));
        let inner =
            after_digit && (converted || numeric(at + 1) || bytes.get(at + 1) == Some(&bytes[at]));
        let opens = numeric(at + 1) && numeric(at + 2) && (at == 0 || bytes[at - 1] == b' ');
        digits.push(if inner || opens {
            digit
        } else {
            bytes[at] as char
        });
    }
    digits
}

/// Runs of at least seven digits (or three with a letter right behind), with single marks between.
fn runs(text: &str) -> Vec<Run> {
    let bytes = text.as_bytes();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let inside = at > 0
            && (bytes[at - 1].is_ascii_alphanumeric()
                || matches!(bytes[at - 1], b'/' | b'.' | b'_' | b'-'));
        if !bytes[at].is_ascii_digit() || inside {
            at += 1;
            continue;
        }
        let run = run(text, at);
        at = run.range.end.max(at + 1);
        let tail = bytes
            .get(at)
            .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'_' | b'%'));
        if run.digits.len() >= 4 && (!tail || run.letter.is_some()) {
            runs.push(run);
        }
    }
    runs
}

fn run(text: &str, first: usize) -> Run {
    let bytes = text.as_bytes();
    let (mut digits, mut groups, mut end, mut at) = (String::new(), vec![0], first, first);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                digits.push(*byte as char);
                if let Some(group) = groups.last_mut() {
                    *group += 1;
                }
                end = at + 1;
            }
            b' ' | b'-' | b'.' | b'(' | b')' if at - end < 2 => {
                if groups.last() != Some(&0) {
                    groups.push(0);
                }
            }
            _ => break,
        }
        at += 1;
    }
    if groups.last() == Some(&0) {
        groups.pop();
    }
    let behind = bytes.get(end).filter(|byte| byte.is_ascii_alphabetic());
    let alone = bytes
        .get(end + 1)
        .is_none_or(|next| !next.is_ascii_alphanumeric());
    let letter = behind
        .filter(|_| alone && digits.len() == 8)
        .map(|byte| *byte as char);
    let opened = text[..first].ends_with(['(', '+']);
    let international =
        text[..first].trim_end_matches('(').ends_with('+') || digits.starts_with("00");
    let start = if opened { first - 1 } else { first };
    Run {
        range: start..end + usize::from(letter.is_some()),
        digits,
        international,
        groups,
        letter,
        spelled: false,
    }
}

/// Numbers spelled out: "double oh seven nine hundred".
fn spelled(lower: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut current: Option<(Range<usize>, String, usize)> = None;
    let mut pending = 1;
    for (start, word) in split_words(lower) {
        let end = start + word.len();
        let joined = current
            .as_ref()
            .is_none_or(|(range, _, _)| start - range.end < 3);
        match digit_word(word) {
            Some(Spelled::Times(times)) => pending = times,
            Some(Spelled::Digits(digits)) => {
                let text = digits.repeat(pending);
                match current.as_mut() {
                    Some((range, all, words)) if joined || pending > 1 => {
                        range.end = end;
                        all.push_str(&text);
                        *words += usize::from(!word.starts_with(|one: char| one.is_ascii_digit()));
                    }
                    _ => {
                        runs.extend(current.take().and_then(finish));
                        let words =
                            usize::from(!word.starts_with(|one: char| one.is_ascii_digit()));
                        current = Some((start..end, text, words));
                    }
                }
                pending = 1;
            }
            None => {
                pending = 1;
                runs.extend(current.take().and_then(finish));
            }
        }
        if let (true, Some((range, _, _))) = (pending > 1, current.as_mut()) {
            range.end = end;
        }
    }
    runs.extend(current.and_then(finish));
    runs
}

fn finish((range, digits, words): (Range<usize>, String, usize)) -> Option<Run> {
    (digits.len() >= 7 && words >= 3).then(|| Run {
        range,
        groups: vec![digits.len()],
        digits,
        international: false,
        letter: None,
        spelled: true,
    })
}

fn split_words(lower: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = lower.as_ptr() as usize;
    lower
        .split(|one: char| !one.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - base, word))
}

enum Spelled {
    Digits(String),
    Times(usize),
}

fn digit_word(word: &str) -> Option<Spelled> {
    let digits = match word {
        "zero" | "oh" | "o" | "nought" | "cero" => "0",
        "one" | "uno" | "un" | "una" => "1",
        "two" | "dos" | "dues" => "2",
        "three" | "tres" => "3",
        "four" | "cuatro" | "quatre" => "4",
        "five" | "cinco" | "cinc" => "5",
        "six" | "seis" | "sis" => "6",
        "seven" | "siete" | "set" => "7",
        "eight" | "ocho" | "vuit" => "8",
        "nine" | "nueve" | "nou" => "9",
        "ten" | "diez" | "deu" => "10",
        "eleven" | "once" | "onze" => "11",
        "twelve" | "doce" | "dotze" => "12",
        "thirteen" | "trece" | "tretze" => "13",
        "fourteen" | "catorce" | "catorze" => "14",
        "fifteen" | "quince" | "quinze" => "15",
        "sixteen" | "dieciseis" | "setze" => "16",
        "seventeen" | "diecisiete" | "disset" => "17",
        "eighteen" | "dieciocho" | "divuit" => "18",
        "nineteen" | "diecinueve" | "dinou" => "19",
        "twenty" | "veinte" | "vint" => "20",
        "thirty" | "treinta" | "trenta" => "30",
        "forty" | "cuarenta" | "quaranta" => "40",
        "fifty" | "cincuenta" | "cinquanta" => "50",
        "sixty" | "sesenta" | "seixanta" => "60",
        "seventy" | "setenta" | "setanta" => "70",
        "eighty" | "ochenta" | "vuitanta" => "80",
        "ninety" | "noventa" | "noranta" => "90",
        "hundred" | "cientos" | "seiscientos" | "cents" => "00",
        "double" | "doble" => return Some(Spelled::Times(2)),
        "triple" | "treble" => return Some(Spelled::Times(3)),
        other if other.bytes().all(|byte| byte.is_ascii_digit()) => other,
        _ => return None,
    };
    Some(Spelled::Digits(digits.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{runs, spelled, unmask};

    #[test]
    fn reads_numbers_however_they_are_written() {
        assert_eq!(
            runs(&unmask("ring o77oo 9oo123 now"))[0].digits,
            "07700900123"
        );
        assert_eq!(
            spelled("double oh seven nine hundred one two three four")[0].digits,
            "0079001234"
        );
        assert!(spelled("one two three go").is_empty());
    }

    #[test]
    fn keeps_groups() {
        assert_eq!(runs("943 476 5919.")[0].groups, [3, 3, 4]);
        assert_eq!(runs("see (555) 013-0199")[0].range, 4..18);
    }
}
