//! What automatic screening sees in a text: findings with a place, a category and a reason.
//!
//! Screening never says "clean": it says what it saw. Rules, lists and thresholds are data in
//! `config/screening/`. It knows no clock, no file and no network.

use serde::{Deserialize, Serialize};

/// What kind of thing was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's own words")]
pub enum Category {
    Name,
    Date,
    LocationSmall,
    Phone,
    Email,
    RecordNumber,
    #[serde(rename = "age_over_89")]
    AgeOver89,
    UrlOrHandleOfPatient,
    VehicleOrDeviceId,
    RareCaseCue,
    RelativeDetail,
    ImageOfPatient,
    IndividualAdvice,
    UndisclosedSponsorship,
    UnreferencedClaim,
    Disrespect,
    AnonymousClaim,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Shown; needs no answer.
    Advise,
    /// The clinician answers and signs.
    Attest,
    /// Cannot be published until changed, evidenced or disputed.
    Block,
}

/// Something screening saw in one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of thing.
    pub category: Category,
    /// First character, as an offset in Unicode scalar values.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// How much it weighs.
    pub severity: Severity,
    /// Id of the checklist item that it opens.
    pub item: String,
    /// The reason, in one sentence for the clinician. Never repeats the text.
    pub why: String,
    /// Id of the rule that saw it.
    pub rule: String,
}

/// What is known about a post beside its text; each field can sharpen a rule, none can clear one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about one post"
)]
pub struct Context {
    /// The author says that the post is about a patient.
    pub about_patient: bool,
    /// A source (address, DOI or PMID) is attached.
    pub has_source: bool,
    /// An image is attached.
    pub has_image: bool,
    /// A consent record is attached.
    pub has_consent: bool,
    /// A sponsor is named in the post's data.
    pub has_sponsor: bool,
    /// The account speaks as a professional (doctor or practice) rather than as a private person.
    pub professional: bool,
    /// Language given by the author: `en`, `es`, `ca`; else it is guessed.
    pub language: Option<String>,
    /// Names of the account's owner, which are not a patient's.
    pub own_names: Vec<String>,
}

/// A short name of a finding, the same for the same text: category, place and rule.
pub fn finding_id(finding: &Finding) -> String {
    use sha2::{Digest, Sha256};
    let place = format!(
        "{:?}:{}:{}:{}",
        finding.category, finding.start, finding.end, finding.rule
    );
    super::post::hex(&Sha256::digest(place.as_bytes()))[..6].to_owned()
}

/// The worst of what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the contract's own words")]
pub enum Verdict {
    None,
    Attest,
    Block,
}

/// What screening saw in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Screening {
    /// The worst of it.
    pub verdict: Verdict,
    /// All of it, by place.
    pub findings: Vec<Finding>,
}

/// The rules, built for one use.
#[derive(Debug)]
pub struct Rules;

impl Rules {
    /// The rules that come with the program.
    pub fn builtin() -> Self {
        Self
    }

    /// The version of the rules' data.
    pub fn version(&self) -> &str {
        "0"
    }
}

/// Looks at a text.
pub fn screen(_rules: &Rules, _text: &str, _context: &Context) -> Screening {
    Screening {
        verdict: Verdict::None,
        findings: Vec::new(),
    }
}
