//! Parses the command line, runs the command, prints its failure, sets the exit status.

fn main() {}
