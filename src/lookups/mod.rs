//! Look-ups: reading what other servers say, where the clinician allows it.
//!
//! Off until asked, optional, and only ever reading. What is asked names a paper, a feed or a
//! calendar; nothing about a post, a plan or a person leaves with it.

pub mod calendar;
mod crossref;
pub mod feeds;
pub mod http;
pub mod papers;
mod pubmed;
#[cfg(test)]
pub(crate) mod tests;
