//! Which evidence an item takes, and whether a given text is of that kind.
//!
//! The form is checked here; whether an address answers or a study was retracted is not known to
//! this file.

use serde::{Deserialize, Serialize};

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

impl EvidenceKind {
    /// What would do, as the end of a sentence.
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Url => {
                "an address (https://…), a DOI (10.…/…), a PMID, or a caveat quoted from the post's own text"
            }
            Self::Doi => "a DOI (10.…/…)",
            Self::Consent => "the reference of a valid record in `rounds consent list`",
            Self::Policy => "the employer's policy and its version",
            Self::Approver => "the name of the person who approves",
            Self::Text => "a few words",
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

fn is_address(evidence: &str) -> bool {
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

/// A caveat must stand in the post itself, and say more than a word or two.
fn is_caveat(evidence: &str, text: &str) -> bool {
    let quoted = evidence.trim_matches(['"', '“', '”', '\'']);
    quoted.split_whitespace().count() >= 2 && text.to_lowercase().contains(&quoted.to_lowercase())
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
