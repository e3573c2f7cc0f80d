//! Nothing goes out that has not passed every gate, and sensitive drafts leave nothing behind.
#![cfg(test)]

mod around;
mod bench;
mod disputes;
mod erasure;
mod imported;
mod operations;
mod price;
mod times;
mod walk;
