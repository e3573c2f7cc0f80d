//! The real program, command by command: status, output, files, and what bad input does.
#![cfg(test)]

#[path = "../common/answers.rs"]
mod answers;
#[path = "../common/terminal.rs"]
mod terminal;
#[path = "../common/world.rs"]
mod world;

mod appointments;
mod bad_input;
mod chat;
mod doctor;
mod examples;
mod interests;
mod interview;
mod limits;
mod other_parser;
mod packs;
mod pictures;
mod plan;
mod records;
mod redirects;
mod reports;
mod scanning;
mod screening;
mod series;
mod setup;
mod slots;
mod times;
mod transfer;
