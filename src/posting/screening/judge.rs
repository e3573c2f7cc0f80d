//! Applies the written rules and weighs all findings together.
//!
//! One weak circumstance asks for an answer; a place with a time, or a rarity with either, points
//! to one person and blocks. It knows the weights, not how a finding was made.

use std::ops::Range;

use super::impression;
use super::reading::Reading;
use super::{Category, Context, Family, Finding, Rules, Screening, Severity, Verdict};

/// Something seen, in bytes of the folded text.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) category: Category,
    pub(super) range: Range<usize>,
    pub(super) severity: Severity,
    pub(super) item: Option<String>,
    pub(super) why: String,
    pub(super) rule: String,
}

impl Seen {
    pub(super) fn new(
        category: Category,
        range: Range<usize>,
        severity: Severity,
        rule: &str,
        why: &str,
    ) -> Self {
        Self {
            category,
            range,
            severity,
            item: None,
            why: why.to_owned(),
            rule: rule.to_owned(),
        }
    }
}

/// Applies the written rules in their order; what they find can open later ones.
pub(super) fn apply(rules: &Rules, reading: &mut Reading, seen: &mut Vec<Seen>) {
    for rule in &rules.written {
        if !reading
            .sentences
            .iter()
            .any(|sentence| rule.allowed(sentence.cues, reading.post))
        {
            continue;
        }
        let page = if rule.cased {
            reading.cased_page()
        } else {
            reading.page(0, reading.text.lower.len())
        };
        let mut found = Vec::new();
        for range in rule.matcher.places(&rules.classes, page) {
            if !range.is_empty() && rule.allowed(reading.cues_at(range.start), reading.post) {
                found.push(Seen {
                    category: rule.category,
                    range,
                    severity: rule.severity,
                    item: rule.item.clone(),
                    why: rule.why.clone(),
                    rule: rule.id.clone(),
                });
            }
        }
        found.retain(|one| !hidden(one, seen));
        reading.identify(rules, &found);
        seen.append(&mut found);
    }
}

/// Whether something heavier of the same category, or a name or number, already covers the place.
fn hidden(one: &Seen, seen: &[Seen]) -> bool {
    seen.iter().any(|other| {
        let overlap = one.range.start < other.range.end && other.range.start < one.range.end;
        let same = other.category == one.category && other.severity >= one.severity;
        overlap && same
    })
}

/// Weighs the findings and tells them in places of the original.
pub(super) fn weigh(
    rules: &Rules,
    reading: &Reading,
    context: &Context,
    mut seen: Vec<Seen>,
) -> Screening {
    seen.retain(|one| rules.has(one.category.family()));
    if context.has_source {
        seen.retain(|one| one.category != Category::UnreferencedClaim);
    }
    if rules.has(Family::Combinations) {
        combine(&mut seen, reading.post & rules.somebody() != 0);
    }
    if rules.has(Family::Impression) {
        impression::apply(rules, reading, context, &mut seen);
    }
    if context.has_consent {
        seen.iter_mut()
            .filter(|one| consentable(one.category))
            .for_each(|one| {
                one.severity = one.severity.min(Severity::Attest);
            });
    }
    let mut findings: Vec<Finding> = seen.into_iter().map(|one| tell(reading, one)).collect();
    findings.sort_by(|a, b| {
        (a.start, a.end, a.category, &a.rule).cmp(&(b.start, b.end, b.category, &b.rule))
    });
    findings.dedup_by(|a, b| a.category == b.category && a.start == b.start && a.end == b.end);
    let verdict = match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Block) => Verdict::Block,
        Some(Severity::Attest) => Verdict::Attest,
        _ => Verdict::None,
    };
    Screening { verdict, findings }
}

/// What a consent to publish can cover: the story and the picture, never a number.
fn consentable(category: Category) -> bool {
    matches!(
        category,
        Category::Name
            | Category::Date
            | Category::LocationSmall
            | Category::AgeOver89
            | Category::RareCaseCue
            | Category::RelativeDetail
            | Category::ImageOfPatient
    )
}

/// Two weak circumstances of different kinds point to one person, if somebody is spoken of at all.
fn combine(seen: &mut [Seen], somebody: bool) {
    let has = |seen: &[Seen], category| seen.iter().any(|one: &Seen| one.category == category);
    let place = has(seen, Category::LocationSmall);
    let date = has(seen, Category::Date);
    let rare = has(seen, Category::RareCaseCue) || has(seen, Category::RelativeDetail);
    let advice = has(seen, Category::IndividualAdvice) && has(seen, Category::Name);
    for one in seen {
        let heavier = match one.category {
            Category::LocationSmall => date && somebody || rare,
            Category::Date => place && somebody,
            Category::RareCaseCue | Category::RelativeDetail => place || date,
            Category::IndividualAdvice => advice,
            _ => false,
        };
        if heavier && one.severity == Severity::Attest {
            one.severity = Severity::Block;
            one.why
                .push_str(" Together with the other details here it may point to one person.");
        }
    }
}

fn tell(reading: &Reading, seen: Seen) -> Finding {
    let (start, end) = reading.text.original(seen.range.start, seen.range.end);
    Finding {
        category: seen.category,
        start,
        end,
        severity: seen.severity,
        item: seen.item.unwrap_or_else(|| seen.category.item().to_owned()),
        why: seen.why,
        rule: seen.rule,
    }
}
