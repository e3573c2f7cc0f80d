//! Story two, pure: draft → screening → checks → queue → attempt → receipt → metrics, retraction.

pub mod anonymous;
pub mod audit;
pub mod brought;
pub mod checks;
pub mod consent;
pub mod denial;
pub mod erasure;
pub mod evidence;
pub mod holds;
pub mod horizon;
pub mod interests;
pub mod life;
pub mod media;
pub mod metrics;
pub mod packs;
pub mod post;
pub mod redirects;
pub mod relative;
pub mod screening;
pub mod seen;
pub mod series;
pub mod sources;
