//! Story two, pure: draft → screening → checks → queue → attempt → receipt, retraction.

pub mod packs;
pub mod screening;
