//! A home of its own for the real program: its files, its zone, and nothing of this machine.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A home directory that goes away with the value.
pub(crate) struct World {
    home: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
#[must_use = "look at its output or assert its status"]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    /// An empty home.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["run", "work"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        Self { home }
    }

    /// A home with a plan.
    pub(crate) fn with(preset: &str) -> Self {
        let world = Self::new();
        world.ok(&["init", "--preset", preset, "--timezone", "Europe/London"]);
        world
    }

    /// The same files in a new home.
    pub(crate) fn copy(&self) -> Self {
        let world = Self::new();
        copy(self.home.path(), world.home.path());
        world
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.home.path().join(inside)
    }

    pub(crate) fn plan(&self) -> PathBuf {
        self.path("config/rounds/plan.toml")
    }

    /// The text of a file as an answer names it.
    pub(crate) fn read(&self, shown: &str) -> String {
        let home = self.home.path().display().to_string();
        fs::read_to_string(shown.replace("[HOME]", &home)).unwrap()
    }

    pub(crate) fn plan_text(&self) -> String {
        fs::read_to_string(self.plan()).unwrap()
    }

    /// The program with these arguments, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rounds"));
        command
            .args(arguments)
            .current_dir(self.path("work"))
            .env_clear()
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("PATH", "/usr/bin:/bin")
            .env("TZ", "UTC")
            .env("COLUMNS", "100");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs a command with these variables set.
    pub(crate) fn run_env(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied()).stdin(Stdio::null());
        let output = command.output().unwrap();
        self.ran(output)
    }

    fn ran(&self, output: std::process::Output) -> Ran {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(&self.home.path().display().to_string(), "[HOME]")
        };
        Ran {
            status: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs a command with this on its standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        self.ran(output)
    }

    /// Runs a command that has to succeed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.status, 0, "{arguments:?}: {ran}");
        ran.stdout
    }

    /// Runs a line as a shell would split it; it has to succeed.
    pub(crate) fn line(&self, line: &str) -> String {
        let words = words(line);
        self.ok(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The JSON answer of a command that has to succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["--json"], arguments].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// A new post for the account `blog`, as the program tells of it.
    pub(crate) fn post(&self, text: &str, more: &[&str]) -> Value {
        let words = ["post", "add", text, "--to", "blog"];
        let mut added = self.json(&[&words, more].concat());
        added["posts"][0].take()
    }

    /// The JSON error of a command that has to fail, with its status.
    pub(crate) fn error(&self, arguments: &[&str]) -> (i32, Value) {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_ne!(ran.status, 0, "{arguments:?}: {ran}");
        assert_eq!(ran.stdout, "", "{arguments:?}");
        let document: Value = serde_json::from_str(&ran.stderr).unwrap();
        let error = &document["error"];
        for key in ["kind", "message", "help", "file", "line"] {
            assert!(
                error.get(key).is_some(),
                "{arguments:?}: no {key} in {error}"
            );
        }
        (ran.status, error.clone())
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            status,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "status {status}\n--- stdout\n{stdout}--- stderr\n{stderr}"
        )
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Words as a shell would split them, as far as examples need it.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
