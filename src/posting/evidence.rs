//! Which evidence an item takes, and whether a given text is of that kind.
//!
//! The form is checked here; whether an address answers or a study was retracted is not known to
//! this file.

use serde::{Deserialize, Serialize};

use super::denial;

/// The kind of evidence that an item asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// An http or https address; for a source also a DOI, a PMID or a caveat in the post itself.
    Url,
    /// A DOI.
    Doi,
    /// A record of the consent register.
    Consent,
    /// A reference to the employer's policy.
    Policy,
    /// The name of who approved.
    Approver,
    /// Words.
    Text,
}

impl std::fmt::Display for EvidenceKind {
    /// As a pack writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Url => "url",
            Self::Doi => "doi",
            Self::Consent => "consent",
            Self::Policy => "policy",
            Self::Approver => "approver",
            Self::Text => "text",
        })
    }
}

impl EvidenceKind {
    /// What would do, as the end of a sentence.
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Url => {
                "an address (https://…), a DOI (10.…/…), a PMID, or a caveat quoted from the post's own text (“I have not verified this”)"
            }
            Self::Doi => "a DOI (10.…/…)",
            Self::Consent => "the reference of a valid record in `rounds consent list`",
            Self::Policy => "the employer's policy and its version",
            Self::Approver => "the name of the person who approves",
            Self::Text => "a few words",
        }
    }

    /// The stricter of two kinds: words are less than anything else, an address less than a DOI.
    /// `None` where neither is, so that no evidence need serve for both.
    pub fn stricter(self, other: Self) -> Option<Self> {
        match (self, other) {
            (one, other) if one == other => Some(one),
            (Self::Text, kind) | (kind, Self::Text) => Some(kind),
            (Self::Url, Self::Doi) | (Self::Doi, Self::Url) => Some(Self::Doi),
            _ => None,
        }
    }

    /// Whether `evidence` has this form. `text` is the post's own text, for a quoted caveat.
    /// A consent reference is looked up by the caller.
    pub fn accepts(self, evidence: &str, text: &str) -> bool {
        let evidence = evidence.trim();
        match self {
            Self::Url => {
                is_address(evidence)
                    || is_doi(evidence)
                    || is_pmid(evidence)
                    || is_caveat(evidence, text)
            }
            Self::Doi => is_doi(evidence),
            Self::Consent => !evidence.is_empty(),
            Self::Policy | Self::Approver => !evidence.is_empty() && !is_plain_answer(evidence),
            Self::Text => {
                evidence.chars().filter(|c| c.is_alphabetic()).count() >= 3
                    && !is_plain_answer(evidence)
            }
        }
    }
}

/// An answer that is no evidence.
pub fn is_plain_answer(evidence: &str) -> bool {
    ["yes", "no", "ok", "none", "y", "n", "true", "false"]
        .contains(&evidence.trim().to_lowercase().as_str())
}

/// A yes to a plain question, in English, Spanish or Catalan.
pub fn is_yes(answer: &str) -> bool {
    ["yes", "y", "sí", "si", "s", "ok", "okay", "true"]
        .contains(&answer.trim().to_lowercase().as_str())
}

/// Whether this is an http or https address, as far as its form goes.
pub fn is_address(evidence: &str) -> bool {
    let rest = evidence
        .strip_prefix("https://")
        .or_else(|| evidence.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty()
            && !host.starts_with('.')
            && host
                .chars()
                .all(|c| c.is_alphanumeric() || ".-:[]_@%".contains(c))
            && !evidence.contains(char::is_whitespace)
    })
}

fn is_doi(evidence: &str) -> bool {
    let lower = evidence.to_lowercase();
    let bare = [
        "https://doi.org/",
        "http://doi.org/",
        "https://dx.doi.org/",
        "http://dx.doi.org/",
        "doi:",
    ]
    .iter()
    .find_map(|prefix| lower.strip_prefix(prefix))
    .unwrap_or(&lower)
    .trim_start();
    let Some((registrant, suffix)) = bare.strip_prefix("10.").and_then(|r| r.split_once('/'))
    else {
        return false;
    };
    (4..=9).contains(&registrant.len())
        && registrant.bytes().all(|b| b.is_ascii_digit())
        && !suffix.is_empty()
        && !suffix.contains(char::is_whitespace)
}

fn is_pmid(evidence: &str) -> bool {
    let digits = evidence
        .strip_prefix("PMID")
        .or_else(|| evidence.strip_prefix("pmid"))
        .map(|rest| rest.trim_start_matches([':', ' ']));
    digits.is_some_and(|d| (1..=8).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()))
}

/// The phrases that make words a caveat.
fn caveats() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../../config/caveats.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A caveat stands in the post itself and says that something is not known; a claim that is only
/// repeated does not, nor does a caveat that the post denies.
fn is_caveat(evidence: &str, text: &str) -> bool {
    let quoted = folded(evidence.trim_matches(['"', '“', '”', '\'']));
    let text = folded(text);
    let says = |start: usize| {
        caveats().any(|phrase| {
            quoted.match_indices(phrase).any(|(at, _)| {
                let (before, after) = (&text[..start + at], &text[start + at + phrase.len()..]);
                let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let alone = !joins(before.chars().next_back()) && !joins(after.chars().next());
                let clause = before.rsplit(['.', ',', ';', ':', '!', '?']).next();
                let near = clause.unwrap_or_default().split(' ').rev();
                alone && !near.filter(|w| !w.is_empty()).take(4).any(denial::denies)
            })
        })
    };
    !quoted.is_empty() && text.match_indices(&quoted).any(|(start, _)| says(start))
}

/// Lower case, straight apostrophes, single spaces.
fn folded(words: &str) -> String {
    let words = words.to_lowercase().replace('’', "'");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_address_a_doi_a_pmid_or_a_caveat_in_the_text() {
        let text = "A friend says it halves the risk, but I have not verified this.";
        for good in [
            "https://www.bmj.com/content/388/bmj.r315",
            "http://example.org",
            "10.1136/bmj.r315",
            "https://doi.org/10.1136/bmj.r315",
            "doi:10.1136/bmj.r315",
            "PMID 31926098",
            "PMID:31926098",
            "I have not verified this",
        ] {
            assert!(EvidenceKind::Url.accepts(good, text), "{good}");
        }
        for bad in [
            "yes",
            "",
            "https://",
            "ftp://example.org",
            "trust me on this",
            "31926098",
            "this",
        ] {
            assert!(!EvidenceKind::Url.accepts(bad, text), "{bad}");
        }
    }

    #[test]
    fn a_claim_that_is_quoted_is_no_caveat() {
        let claim = "Turmeric cures bowel cancer in 90% of people within weeks.";
        for (quoted, text) in [
            ("Turmeric cures", claim),
            ("within weeks", claim),
            (claim, claim),
            // A caveat, but not of this post.
            ("I have not verified this", claim),
            // Quoted beside it.
            (
                "Turmeric cures",
                "Turmeric cures. I have not verified this.",
            ),
            // Denied, also where the quotation leaves that out.
            ("anecdotal", "This is not anecdotal: turmeric cures."),
            ("my opinion", "It isn’t just my opinion: turmeric cures."),
            ("preliminary", "Results no longer preliminary."),
            // Part of a longer word.
            ("unverifiedly", "It works unverifiedly."),
        ] {
            assert!(!EvidenceKind::Url.accepts(quoted, text), "{quoted}: {text}");
        }
    }

    #[test]
    fn a_caveat_is_known_in_three_languages() {
        for text in [
            "Unverified: a friend says turmeric helps.",
            "It is only a small study.",
            "I  haven’t checked\nthis.",
            "No, I have not verified this.",
            "Se dice que ayuda; sin verificar.",
            "No lo he comprobado.",
            "Diuen que ajuda, però no ho he comprovat.",
        ] {
            assert!(EvidenceKind::Url.accepts(text, text), "{text}");
        }
        for phrase in caveats() {
            assert_eq!(phrase, folded(phrase));
            assert!(EvidenceKind::Url.accepts(phrase, phrase), "{phrase}");
        }
    }

    #[test]
    fn a_plain_yes_is_never_evidence() {
        for kind in [
            EvidenceKind::Url,
            EvidenceKind::Doi,
            EvidenceKind::Policy,
            EvidenceKind::Approver,
            EvidenceKind::Text,
        ] {
            for plain in ["yes", "Yes", "ok", "none", "no"] {
                assert!(!kind.accepts(plain, "yes ok none no"), "{kind:?} {plain}");
            }
        }
        assert!(EvidenceKind::Policy.accepts("Trust social media policy v3", ""));
        assert!(EvidenceKind::Text.accepts("two colleagues agreed", ""));
    }
}
