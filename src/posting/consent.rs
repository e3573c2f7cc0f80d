//! The consent register: that a patient released something for publication.
//!
//! A record points into the clinic's own records; it never holds a patient's name. Consent to
//! publish is separate from consent to care, names who signed and in what role, and can be
//! withdrawn at any time. Source: "Social Media for Doctors", Family Practice Management,
//! January-February 2020.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// In what role somebody signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signer {
    /// The patient.
    Patient,
    /// A parent or guardian.
    Guardian,
    /// A holder of a power of attorney.
    Attorney,
}

/// One release for publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The reference in the clinic's own records.
    pub reference: String,
    /// The accounts or platforms it covers; empty means none.
    pub platforms: Vec<String>,
    /// What may be shown, in general words.
    pub shows: String,
    /// Who signed.
    pub signer: Signer,
    /// When it was signed.
    pub signed_on: Date,
    /// The last day on which it holds, if it ends.
    pub expires_on: Option<Date>,
    /// It was given apart from the consent to care.
    pub separate_from_care: bool,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// It came in from a file then, and nobody has held it against the clinic's records since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unconfirmed_since: Option<Timestamp>,
}

/// Why a record does not cover a post.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCovered {
    /// It was taken back.
    #[error("the consent {0} was withdrawn")]
    Withdrawn(String),
    /// Its last day has passed.
    #[error("the consent {reference} ended on {on}")]
    Expired {
        /// The record.
        reference: String,
        /// Its last day.
        on: Date,
    },
    /// It came from a file and was not confirmed.
    #[error("the consent {0} came from a file; confirm it first: rounds consent confirm {0}")]
    Unconfirmed(String),
    /// It does not name the account or its platform.
    #[error("the consent {reference} covers {covers}, not {account}")]
    Elsewhere {
        /// The record.
        reference: String,
        /// What it covers.
        covers: String,
        /// The account that was asked for.
        account: String,
    },
    /// It was not given apart from the consent to care.
    #[error("the consent {0} was not given separately from the consent to care")]
    NotSeparate(String),
}

impl Consent {
    /// Whether the record covers a post on this account and platform on this day.
    pub fn covers(&self, account: &str, platform: &str, on: Date) -> Result<(), NotCovered> {
        let reference = || self.reference.clone();
        if self.withdrawn_at.is_some() {
            return Err(NotCovered::Withdrawn(reference()));
        }
        if self.unconfirmed_since.is_some() {
            return Err(NotCovered::Unconfirmed(reference()));
        }
        if !self.separate_from_care {
            return Err(NotCovered::NotSeparate(reference()));
        }
        if let Some(last) = self.expires_on.filter(|last| *last < on) {
            return Err(NotCovered::Expired {
                reference: reference(),
                on: last,
            });
        }
        let named = |p: &String| p == account || p == platform || p == "all";
        if !self.platforms.iter().any(named) {
            return Err(NotCovered::Elsewhere {
                reference: reference(),
                covers: self.platforms.join(", "),
                account: account.to_owned(),
            });
        }
        Ok(())
    }
}
