//! Parses the command line, runs the command, prints its failure, sets the exit status.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    rounds::cli::run(&arguments)
}
