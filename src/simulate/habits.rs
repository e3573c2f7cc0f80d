//! What a simulated clinician is like, as percentages and rates.

use super::platforms::Rates;

/// Which days are planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// Everything goes wrong all the time.
    Tormented,
    /// A believable life.
    Believable,
}

/// How somebody is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    pub(super) life: Life,
    /// Nanoseconds that the clock may gain or lose in a second.
    pub(super) drift: i64,
    /// Leaves a question or a post for another time, in a hundred.
    pub(super) forgets: u32,
    /// Changes their mind about what is queued or published.
    pub(super) fickle: u32,
    /// Gives up a post that did not go out.
    pub(super) cancels: u32,
    /// Presses a button when a notification is shown.
    pub(super) answers_nudges: u32,
    /// Lets somebody else write.
    pub(super) delegates: u32,
    /// Really posts what the composer was opened with.
    pub(super) composes: u32,
    /// Writes about a patient.
    pub(super) about_patients: u32,
    pub(super) rates: Rates,
}

impl Habits {
    pub(super) const TORMENTED: Self = Self {
        life: Life::Tormented,
        drift: 50_000,
        forgets: 20,
        fickle: 6,
        cancels: 25,
        answers_nudges: 60,
        delegates: 10,
        composes: 80,
        about_patients: 8,
        rates: Rates {
            refuse: 40,
            limit: 120,
            time_out_before: 100,
            time_out_after: 100,
            late: 400,
        },
    };

    pub(super) const BELIEVABLE: Self = Self {
        life: Life::Believable,
        drift: 10_000,
        forgets: 4,
        fickle: 0,
        cancels: 15,
        answers_nudges: 70,
        delegates: 0,
        composes: 96,
        about_patients: 0,
        rates: Rates {
            refuse: 1,
            limit: 4,
            time_out_before: 4,
            time_out_after: 4,
            late: 20,
        },
    };
}
