//! The impression that a text makes as a whole: whom its words resemble, posts that tell of one
//! patient or posts that tell of none.
//!
//! A rule sees one thing; many posts that point to somebody do it with ordinary words. Each word,
//! class of words, pair of words and cue carries a weight for each question asked of a text, learned
//! from labelled posts (`cargo bench --bench impression`) and kept as data in
//! `config/screening/impression.txt`. Where the rules saw nothing, a strong impression opens a
//! question; where they saw something doubtful, it lowers or raises what that weighs. A record's
//! number is sure in itself, and what an author says of the post is believed.

use std::collections::HashMap;
use std::ops::Range;

use super::judge::Seen;
use super::reading::Reading;
use super::{Category, Context, Family, Rules, Severity};

/// Questions asked of a text, in the order of the columns.
pub const QUESTIONS: [&str; 9] = [
    "flag",
    "block",
    "patient",
    "image",
    "advice",
    "sponsorship",
    "claim",
    "disrespect",
    "anonymous",
];

/// How strongly a text answers each question with yes; 0 is undecided.
type Answers = [f32; QUESTIONS.len()];

/// Weights are written in tenths.
const UNIT: f32 = 10.0;

/// The rules for numbers whose check digits hold or that are called a record's: sure in themselves,
/// whatever stands around them.
const SURE: [&str; 2] = ["record-check", "record-label"];

/// The row of the table that every text begins with.
const BEGINNING: &str = "=";

/// The weights of words, by how the features are called.
#[derive(Debug, Clone, Default)]
pub(super) struct Weights {
    rows: HashMap<&'static str, [i8; QUESTIONS.len()]>,
    beginning: Answers,
}

impl Weights {
    /// Reads a table: a feature, a tab and its weights, one feature a line, after a head of `#`
    /// lines. A line that does not read is left out; the tests show that none is.
    pub(super) fn read(table: &'static str) -> Self {
        let mut weights = Self::default();
        for line in table.lines().filter(|line| !line.starts_with("# ")) {
            let Some((feature, row)) = line.split_once('\t') else {
                continue;
            };
            let mut read = [0; QUESTIONS.len()];
            for (weight, written) in read.iter_mut().zip(row.split(' ')) {
                *weight = written.parse().unwrap_or_default();
            }
            if feature == BEGINNING {
                weights.beginning = read.map(|tenths| f32::from(tenths) / UNIT);
            } else {
                weights.rows.insert(feature, read);
            }
        }
        weights
    }

    /// What a text makes of the questions, and the sentence that says most.
    fn ask(&self, rules: &Rules, reading: &Reading) -> (Answers, Range<usize>) {
        let mut met: Vec<(&str, usize, &[i8; QUESTIONS.len()])> = Vec::new();
        features(rules, reading, &mut |feature, at| {
            if let Some((known, row)) = self.rows.get_key_value(feature) {
                met.push((known, at, row));
            }
        });
        met.sort_unstable();
        met.dedup_by_key(|one| one.0);
        let length = (met.len().max(1) as f32).sqrt();
        let mut answers = self.beginning;
        let mut telling = vec![0; reading.sentences.len()];
        for (_, at, row) in met {
            for (answer, weight) in answers.iter_mut().zip(row) {
                *answer += f32::from(*weight) / UNIT / length;
            }
            if let Some(sentence) = telling.get_mut(reading.sentence(at)) {
                *sentence += i32::from(row[0]);
            }
        }
        let most = (0..telling.len()).max_by_key(|sentence| telling[*sentence]);
        let place = most.map_or(0..0, |sentence| reading.sentences[sentence].range.clone());
        (answers, place)
    }
}

/// The features of a text, each once, for learning.
pub fn features_of(rules: &Rules, text: &str, context: &Context) -> Vec<String> {
    let reading = Reading::new(rules, text, context);
    let mut all = Vec::new();
    features(rules, &reading, &mut |feature, _| {
        all.push(feature.to_owned());
    });
    all.sort_unstable();
    all.dedup();
    all
}

/// Lets the impression say what the findings weigh, or that there is one where no rule saw any.
pub(super) fn apply(rules: &Rules, reading: &Reading, context: &Context, seen: &mut Vec<Seen>) {
    let (answers, place) = rules.impression.ask(rules, reading);
    let over = |answer: f32, threshold| answer * 100.0 > rules.weight(threshold) as f32;
    let [flag, block, ..] = answers;
    let words = reading.text.lower.split_whitespace().count();
    let is_short = i32::try_from(words).is_ok_and(|words| words < rules.weight("short"));
    let seems = if is_short { "seems_short" } else { "seems" };
    let somebody = reading.post & rules.somebody() != 0;
    let worst = seen.iter().map(|one| one.severity).max();
    match worst {
        Some(Severity::Block) if !context.about_patient && !over(flag, "doubt_block") => seen
            .iter_mut()
            .filter(|one| !SURE.contains(&one.rule.as_str()))
            .for_each(|one| one.severity = one.severity.min(Severity::Attest)),
        Some(Severity::Attest) if !context.about_patient && !over(flag, "doubt_attest") => seen
            .iter_mut()
            .filter(|one| one.category.family() != Family::Structures)
            .for_each(|one| one.severity = Severity::Advise),
        Some(Severity::Attest) if over(block, "sure_attest") => seen
            .iter_mut()
            .filter(|one| one.category.tells_of_somebody())
            .for_each(|one| one.severity = Severity::Block),
        // Without a word there is nothing that it could be an impression of.
        Some(Severity::Advise) | None if over(flag, seems) && !place.is_empty() => {
            let category = likeliest(&answers);
            if category == Category::UnreferencedClaim && context.has_source {
                return;
            }
            let sure = over(block, "sure") && category.tells_of_somebody() && somebody;
            let severity = if sure {
                Severity::Block
            } else {
                Severity::Attest
            };
            seen.push(Seen::new(
                category,
                place,
                severity,
                "impression",
                why(category),
            ));
        }
        _ => {}
    }
}

/// Of what kind a post is that no rule saw.
fn likeliest(answers: &Answers) -> Category {
    const KINDS: [Category; 7] = [
        Category::RareCaseCue,
        Category::ImageOfPatient,
        Category::IndividualAdvice,
        Category::UndisclosedSponsorship,
        Category::UnreferencedClaim,
        Category::Disrespect,
        Category::AnonymousClaim,
    ];
    let kinds = KINDS
        .into_iter()
        .zip(&answers[QUESTIONS.len() - KINDS.len()..]);
    kinds
        .max_by(|one, other| one.1.total_cmp(other.1))
        .map_or(Category::RareCaseCue, |(kind, _)| kind)
}

fn why(category: Category) -> &'static str {
    match category {
        Category::ImageOfPatient => {
            "The words taken together read like a post that shows a patient's picture."
        }
        Category::IndividualAdvice => "The words taken together read like advice to one person.",
        Category::UndisclosedSponsorship => {
            "The words taken together read like a commercial tie that is not disclosed."
        }
        Category::UnreferencedClaim => {
            "The words taken together read like a claim that needs a source."
        }
        Category::Disrespect => {
            "The words taken together read like disrespect for patients or colleagues."
        }
        Category::AnonymousClaim => {
            "The words taken together read like the authority of somebody who is not named."
        }
        _ => {
            "The words taken together read like a post about one patient who may recognise \
             themselves."
        }
    }
}

/// What stands in a text at one place: the word, and the kinds of words to which it belongs.
type Token<'a> = (usize, Vec<&'a str>);

/// Names the features of a text: each word and kind of word, each two in a row, and each two with
/// one between; and the cues of the post.
fn features(rules: &Rules, reading: &Reading, take: &mut dyn FnMut(&str, usize)) {
    let tokens = tokens(rules, reading);
    let mut feature = String::new();
    let nothing = (reading.text.lower.len(), vec!["$"]);
    for (place, (at, names)) in tokens.iter().enumerate() {
        let next = tokens.get(place + 1).unwrap_or(&nothing);
        for name in names {
            take(name, *at);
            let mut pair = |gap: &str, first: &str, second: &str| {
                feature.clear();
                feature.push_str(first);
                feature.push_str(gap);
                feature.push_str(second);
                take(&feature, *at);
            };
            if place == 0 {
                pair(" ", "^", name);
            }
            next.1.iter().for_each(|second| pair(" ", name, second));
            if let Some(after) = tokens.get(place + 2) {
                after.1.iter().for_each(|second| pair(" _ ", name, second));
            }
        }
    }
    for sentence in &reading.sentences {
        for cue in rules.cue_names(sentence.cues) {
            feature.clear();
            feature.push('~');
            feature.push_str(cue);
            take(&feature, sentence.range.start);
        }
    }
}

fn tokens<'a>(rules: &'a Rules, reading: &'a Reading) -> Vec<Token<'a>> {
    let (cased, lower) = (&reading.text.cased, &reading.text.lower);
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = cased[at..].chars().next() {
        let opens = tokens
            .last()
            .is_none_or(|(_, names)| matches!(names[0], "." | "!" | "?" | ":"));
        let end = at + length(&cased[at..]);
        let word = &lower[at..end];
        if first.is_ascii_alphabetic() && !word.starts_with("http") {
            let mut names = vec![word];
            names.extend(reading.classes_at(rules, at));
            names.extend(capital(rules, &cased[at..end], word, opens));
            tokens.push((at, names));
        } else if !first.is_ascii_whitespace() {
            let name = match first {
                '@' if word.len() > 1 => "<handle>",
                '#' if word.len() > 1 => "<tag>",
                'h' | 'H' => "<link>",
                '0'..='9' => ["<9>", "<99>", "<999>", "<9999>", "<long>"][word.len().min(5) - 1],
                _ => word,
            };
            tokens.push((at, vec![name]));
        }
        at = end;
    }
    tokens
}

/// How much of a text its first token takes.
fn length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let run = |from: usize, holds: fn(u8) -> bool| {
        from + bytes[from..]
            .iter()
            .take_while(|byte| holds(**byte))
            .count()
    };
    match bytes[0] {
        _ if text.starts_with("http") => run(0, |byte| !byte.is_ascii_whitespace()),
        b'@' | b'#' => run(1, |byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        b'0'..=b'9' => run(1, |byte| byte.is_ascii_digit()),
        first if first.is_ascii_alphabetic() => {
            let end = run(1, |byte| byte.is_ascii_alphabetic());
            let joined = bytes.get(end) == Some(&b'\'')
                && bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic);
            if joined {
                run(end + 1, |byte| byte.is_ascii_alphabetic())
            } else {
                end
            }
        }
        _ => 1,
    }
}

/// The kinds of a word that is written with a capital.
fn capital(rules: &Rules, word: &str, lower: &str, opens: bool) -> Vec<&'static str> {
    let large = word.starts_with(|first: char| first.is_ascii_uppercase());
    let all = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let kinds = [
        (!opens && !all, "<Capital>"),
        (all, "<CAPITALS>"),
        (rules.first_names.holds(lower), "<first name>"),
        (rules.small_places.holds(lower), "<small place>"),
        (rules.large_places.holds(lower), "<large place>"),
    ];
    let held = kinds.into_iter().filter(|(holds, _)| large && *holds);
    held.map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rules::IMPRESSION;
    use super::super::{Context, Family, Rules, Severity, Verdict, screen};
    use super::{QUESTIONS, features_of};

    #[test]
    fn every_line_of_the_table_reads() {
        let lines = IMPRESSION.lines().filter(|line| !line.starts_with("# "));
        for line in lines {
            let row = line.split_once('\t').map_or("", |(_, row)| row);
            let weights: Vec<Result<i8, _>> = row.split(' ').map(str::parse).collect();
            let reads = weights.len() == QUESTIONS.len() && weights.iter().all(Result::is_ok);
            assert!(reads, "{line}");
        }
    }

    #[test]
    fn words_pairs_kinds_and_cues_are_features() {
        let rules = Rules::builtin();
        let features = features_of(
            &rules,
            "My patient rang at 10, thanks Ana",
            &Context::default(),
        );
        for wanted in [
            "my",
            "my patient",
            "my _ rang",
            "^ my",
            "<99>",
            "<first name>",
            "ana $",
        ] {
            assert!(
                features.iter().any(|one| one == wanted),
                "{wanted}: {features:?}"
            );
        }
        assert!(
            features.iter().any(|one| one.starts_with('~')),
            "{features:?}"
        );
    }

    #[test]
    fn it_asks_where_no_rule_saw_anything_and_blocks_when_it_is_sure() {
        let rules = Rules::builtin();
        let nobody = "Walked the dog before clinic. Ten out of ten, would recommend.";
        let text = "The man with the parrot sends his love.";
        let seen = screen(&rules, nobody, &Context::default());
        assert!(seen.verdict <= Verdict::Attest, "{seen:?}");
        let rules_alone = Rules::builtin().without(Family::Impression);
        let asking = Rules::builtin().with_impression("=\t30 0 10 0 0 0 0 0 0");
        let sure = Rules::builtin().with_impression("=\t90 90 90 0 0 0 0 0 0");
        assert_eq!(
            screen(&rules_alone, text, &Context::default()).verdict,
            Verdict::None
        );
        assert_eq!(
            screen(&asking, text, &Context::default()).verdict,
            Verdict::Attest
        );
        assert_eq!(
            screen(&sure, text, &Context::default()).verdict,
            Verdict::Block
        );
    }

    #[test]
    fn a_doubtful_finding_is_asked_about_unless_the_author_speaks_of_a_patient() {
        let text = "We discharged Harriet from the stroke unit this morning.";
        let doubting = Rules::builtin().with_impression("=\t-100 0 0 0 0 0 0 0 0");
        let verdict = |context: &Context| screen(&doubting, text, context).verdict;
        assert_eq!(verdict(&Context::default()), Verdict::Attest);
        let patient = Context {
            about_patient: true,
            ..Context::default()
        };
        assert_eq!(verdict(&patient), Verdict::Block);
        let number = screen(
            &doubting,
            "Results for NHS 943 476 5919.",
            &Context::default(),
        );
        assert_eq!(number.findings[0].severity, Severity::Block);
    }

    #[test]
    fn an_empty_text_makes_no_impression() {
        let rules = Rules::builtin();
        assert!(screen(&rules, "", &Context::default()).findings.is_empty());
    }
}
