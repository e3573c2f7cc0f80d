//! A post as it will go out, with all that was seen in it, for whoever is about to answer for it.
//!
//! Pure: a view of the post goes in, lines that fit a terminal come out. It never says that nothing
//! is wrong, only what was seen.

use super::super::wrap::{printable, wrapped};
use crate::posting::post::{Media, Relation};
use crate::posting::screening::Severity;
use crate::posting::seen::Seen;
use crate::requests::post::{CheckView, FindingView, PostView};

/// Longest quotation of what was found.
const QUOTE: usize = 48;

/// Everything to be seen before the first question. `state` tells where the post stands and when it
/// goes; no line is wider than `width` where words allow.
pub(super) fn proof(post: &PostView, state: &str, width: usize) -> String {
    let count = post.text.chars().count();
    let head = format!(
        "Post {} for {}: {state}. {count} characters.",
        post.id, post.account
    );
    let mut lines = wrapped(&head, width, "", "  ");
    let relation = match &post.relation {
        Relation::Own => None,
        Relation::Repost(address) => Some(("Passes on", address)),
        Relation::Quote(address) => Some(("Quotes", address)),
        Relation::Reply(address) => Some(("Answers", address)),
    };
    lines.extend(relation.map(|(does, address)| format!("{does} {}", printable(address))));
    lines.push(String::new());
    lines.extend(wrapped(&printable(&post.text), width, "  | ", "  | "));
    lines.push(String::new());
    for (at, media) in post.media.iter().enumerate() {
        lines.extend(picture(at + 1, media, width));
    }
    lines.extend(beside("Link", links(&post.text)));
    let sources = post.checks.iter().filter(|c| c.item == "source-or-caveat");
    lines.extend(beside(
        "Source",
        sources.filter_map(|check| check.evidence.clone()),
    ));
    for paper in &post.papers {
        let said = format!("{}: {}.", paper.id, paper.said);
        lines.extend(wrapped(&said, width, "Paper    ", "         "));
    }
    lines.extend(findings(post, width));
    lines.join("\n")
}

fn picture(number: usize, media: &Media, width: usize) -> Vec<String> {
    let name = format!("Picture {number}, {}", printable(&media.file_name));
    let alt = printable(&media.alt);
    let seen = media.seen();
    let seen = seen.map_or("Nobody looked at it.".to_owned(), Seen::spoken);
    let mut lines = vec![name];
    lines.extend(wrapped(&alt, width, "  alt text: ", "            "));
    lines.extend(wrapped(&printable(&seen), width, "  ", "  "));
    lines
}

fn links(text: &str) -> impl Iterator<Item = String> {
    let words = text.split_whitespace();
    let starts = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
    words.filter(starts).map(printable)
}

fn beside(what: &str, all: impl Iterator<Item = String>) -> Vec<String> {
    all.map(|one| format!("{what:<8} {one}")).collect()
}

/// What was seen, and how to say that it is wrong.
fn findings(post: &PostView, width: usize) -> Vec<String> {
    let open: Vec<_> = post.findings.iter().filter(|f| !f.disputed).collect();
    let Some(first) = open.first() else {
        return vec![
            "Screening saw nothing, which does not mean that nothing is there.".to_owned(),
        ];
    };
    let mut lines = vec![format!("Screening saw ({}):", open.len())];
    for finding in &open {
        let quote = quote(&post.text, finding);
        let quote = quote.map_or(String::new(), |quote| format!(" “{quote}”"));
        let seen = format!(
            "{}{quote}: {} {}",
            finding.category.spoken(),
            finding.why,
            opens(post, finding)
        );
        lines.extend(wrapped(
            &seen,
            width,
            &format!("  {} ", finding.id),
            "         ",
        ));
    }
    if post.checks.iter().any(CheckView::takes_no_answer) {
        lines.push("What blocks wants other words, or a dispute.".to_owned());
    }
    lines.push(format!(
        "One is wrong? rounds post check {} --dispute {} --why \"the reason\"",
        post.id, first.id
    ));
    lines
}

/// What a finding asks for.
fn opens(post: &PostView, finding: &FindingView) -> String {
    let check = post.checks.iter().find(|check| check.item == finding.item);
    let item = &finding.item;
    match check {
        Some(check) if check.takes_no_answer() => format!("[blocks: {item}]"),
        _ if finding.severity == Severity::Advise => format!("[good to know: {item}]"),
        _ => format!("[asks: {item}]"),
    }
}

/// The words that a finding is about, on one line; none where they stand beside the text.
fn quote(text: &str, finding: &FindingView) -> Option<String> {
    let length = finding.end.saturating_sub(finding.start);
    let words: String = text.chars().skip(finding.start).take(length).collect();
    let words = printable(&words);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return None;
    }
    if words.chars().count() <= QUOTE {
        return Some(words);
    }
    let cut: String = words.chars().take(QUOTE - 1).collect();
    Some(format!("{}…", cut.trim_end()))
}

/// A question with everything that is needed to answer it.
pub(super) fn question(
    post: &PostView,
    check: &CheckView,
    (number, of): (usize, usize),
    width: usize,
) -> String {
    let number = format!("{number}/{of} ");
    let mut lines = wrapped(&post.asked(check), width, &number, "    ");
    let items = std::iter::once(check).chain(post.settled_by(check));
    let items: Vec<_> = items.map(|check| check.item.as_str()).collect();
    let once = if check.account_level {
        "; once for the account"
    } else {
        ""
    };
    let from = format!("[{}{once}] {}", items.join(", "), check.source);
    lines.extend(wrapped(&from, width, "    ", "    "));
    if let Some(kind) = check.evidence_kind {
        let wanted = format!("Type {}.", kind.wanted());
        lines.extend(wrapped(&wanted, width, "    ", "    "));
    }
    lines.join("\n")
}
