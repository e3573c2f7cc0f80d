//! The systemd units under a real user manager: the service starts, it is watched, it outlives the
//! desktop where it may, and its walls stand where they should and nowhere else.
//!
//! The manager runs in namespaces of its own (mounts, processes, cgroups), which takes root; as user
//! there serves `nobody`.
#![cfg(test)]

mod inside;
mod installed;
mod manager;
mod walls;
