//! What automatic screening sees in a text: findings with a place, a category and a reason.
//!
//! Screening never says "clean": it says what it saw. Rules, lists and thresholds are data in
//! `config/screening/`. It knows no clock, no file and no network. The steps, each in its own file:
//! fold the text (`text`), take it apart and decide which sentences speak of one patient
//! (`reading`), find numbers (`numbers`), names (`names`) and small places (`places`), apply the
//! written rules, and weigh the findings together (`judge`) with the impression that the text makes
//! as a whole (`impression`).

mod check_digits;
pub mod impression;
mod judge;
mod lexicon;
mod lists;
mod names;
mod numbers;
mod pattern;
mod places;
mod reading;
mod rules;
mod search;
mod text;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use reading::Reading;
pub use rules::Rules;
pub(in crate::posting) use text::Folded;

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

/// Rules that belong together and can be switched off together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Phones, mail, record numbers, serials, addresses, ages over 89.
    Structures,
    /// Names of patients.
    Names,
    /// Dates and small places.
    Circumstances,
    /// Rare cases, roles and relatives.
    Rarity,
    /// Pictures of patients.
    Images,
    /// Advice, sponsorship, claims, respect, authority.
    Conduct,
    /// The weighing of several findings together.
    Combinations,
    /// The impression of the text as a whole.
    Impression,
}

impl Family {
    /// All families, for tests that switch off each in turn.
    pub const ALL: [Self; 8] = [
        Self::Structures,
        Self::Names,
        Self::Circumstances,
        Self::Rarity,
        Self::Images,
        Self::Conduct,
        Self::Combinations,
        Self::Impression,
    ];
}

impl Category {
    /// The family to which the rules of this category belong.
    pub fn family(self) -> Family {
        match self {
            Self::Name => Family::Names,
            Self::Date | Self::LocationSmall => Family::Circumstances,
            Self::Phone
            | Self::Email
            | Self::RecordNumber
            | Self::AgeOver89
            | Self::UrlOrHandleOfPatient
            | Self::VehicleOrDeviceId => Family::Structures,
            Self::RareCaseCue | Self::RelativeDetail => Family::Rarity,
            Self::ImageOfPatient => Family::Images,
            Self::IndividualAdvice
            | Self::UndisclosedSponsorship
            | Self::UnreferencedClaim
            | Self::Disrespect
            | Self::AnonymousClaim => Family::Conduct,
        }
    }

    /// What was seen, for people.
    pub const fn spoken(self) -> &'static str {
        match self {
            Self::Name => "a name",
            Self::Date => "a date",
            Self::LocationSmall => "a small place",
            Self::Phone => "a phone number",
            Self::Email => "an e-mail address",
            Self::RecordNumber => "a record number",
            Self::AgeOver89 => "an age over 89",
            Self::UrlOrHandleOfPatient => "a patient's address or handle",
            Self::VehicleOrDeviceId => "the number of a vehicle or device",
            Self::RareCaseCue => "a rare case",
            Self::RelativeDetail => "a relative",
            Self::ImageOfPatient => "a patient's picture",
            Self::IndividualAdvice => "advice to one person",
            Self::UndisclosedSponsorship => "a tie that is not disclosed",
            Self::UnreferencedClaim => "a claim",
            Self::Disrespect => "disrespect",
            Self::AnonymousClaim => "a hidden name",
        }
    }

    /// Whether it can point to one patient, rather than being a matter of conduct.
    fn tells_of_somebody(self) -> bool {
        self.family() != Family::Conduct
    }

    /// The checklist item that a finding of this category opens.
    pub fn item(self) -> &'static str {
        match self {
            Self::RareCaseCue | Self::RelativeDetail => "recognisable-to-family",
            Self::ImageOfPatient => "publication-consent",
            Self::IndividualAdvice => "no-individual-advice",
            Self::UndisclosedSponsorship => "coi-disclosed",
            Self::UnreferencedClaim => "source-or-caveat",
            Self::Disrespect => "respect-patients",
            Self::AnonymousClaim => "named-as-doctor",
            _ => "no-patient-identifiers",
        }
    }
}

/// What screening says of a text as a whole. There is no word for "clean".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing was seen, which does not mean that nothing is there.
    None,
    /// The clinician has something to answer.
    Attest,
    /// The post cannot go out as it stands.
    Block,
}

/// All that screening saw in one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screening {
    /// The heaviest finding's weight.
    pub verdict: Verdict,
    /// Sorted by place.
    pub findings: Vec<Finding>,
}

/// Screens one text with what is known beside it.
pub fn screen(rules: &Rules, text: &str, context: &Context) -> Screening {
    let mut reading = Reading::new(rules, text, context);
    let mut seen = numbers::find(rules, &reading);
    seen.extend(names::find(rules, &reading, context));
    seen.extend(places::find(rules, &reading));
    reading.identify(rules, &seen);
    judge::apply(rules, &mut reading, &mut seen);
    judge::weigh(rules, &reading, context, seen)
}

/// A short name of a finding, the same for the same text: category, place and rule.
pub fn finding_id(finding: &Finding) -> String {
    let place = format!(
        "{:?}:{}:{}:{}",
        finding.category, finding.start, finding.end, finding.rule
    );
    super::post::hex(&Sha256::digest(place.as_bytes()))[..6].to_owned()
}
