//! The program as a person calls it, on a private desktop.

#[path = "answers.rs"]
mod answers;

use std::process::Command;

use answers::answers;
use serde_json::Value;

/// Calls of the program with the variables of one desktop.
pub(crate) struct Rounds {
    pub(crate) env: Vec<(String, String)>,
}

impl Rounds {
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rounds"));
        for stray in [
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "DISPLAY",
            "WAYLAND_DISPLAY",
        ] {
            command.env_remove(stray);
        }
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs a command that succeeds, or leaves questions open, and answers in JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self
            .command()
            .arg("--json")
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{arguments:?}: {said}{complaint}"))
    }

    /// A plan whose posts go at once: no quiet time, no cooling off.
    pub(crate) fn begin(&self) {
        let plan = "timezone = \"UTC\"\n[quiet]\nfrom = \"00:00\"\nuntil = \"00:00\"\n\
                    [posting]\ncooling_off = \"0s\"\n";
        self.json(&["init", "--timezone", "UTC"]);
        let home = &self.env.iter().find(|(name, _)| name == "HOME").unwrap().1;
        std::fs::write(format!("{home}/.config/rounds/plan.toml"), plan).unwrap();
    }

    /// Adds a post that is due at once and answers everything that is asked; its id.
    pub(crate) fn post(&self, text: &str, account: &str) -> String {
        let (id, checked) = self.answered(text, account, "in 1s");
        assert_eq!(checked["holds"], serde_json::json!([]), "{checked}");
        id
    }

    /// Adds a post for a time and answers everything that is asked; its id, and what stands then.
    pub(crate) fn answered(&self, text: &str, account: &str, at: &str) -> (String, Value) {
        let added = self.json(&["post", "add", text, "--to", account, "--at", at]);
        let post = &added["posts"][0];
        let id = post["id"].as_str().unwrap().to_owned();
        let answers = answers(post);
        let mut arguments = vec!["post", "check", &id];
        arguments.extend(answers.iter().map(String::as_str));
        let checked = self.json(&arguments);
        (id, checked)
    }

    pub(crate) fn state(&self, id: &str) -> String {
        self.json(&["post", "show", id])["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}
