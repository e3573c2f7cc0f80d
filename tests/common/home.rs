//! A person's home for one test: own directories, own plan, the real program and its daemon.
//!
//! Rules it keeps: nothing outside the temporary directory is touched; no variable of the caller
//! reaches the program except PATH; waiting ends when the thing happens, with a limit that only a
//! broken run reaches.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

/// After this the wait is over and the test fails.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Time since the machine started, for deadlines.
pub(crate) fn uptime() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

/// Tries until something is there; panics with `what` after a minute.
pub(crate) fn until<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let end = uptime() + LONGEST_WAIT;
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(uptime() < end, "waited in vain for {what}");
        sleep(Duration::from_millis(20));
    }
}

/// What one call of the program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The answers that a post with a plain text needs, those of its account included.
pub(crate) const ANSWERS: [&str; 10] = [
    "--attest",
    "coi-disclosed",
    "--attest",
    "newspaper-test",
    "--attest",
    "named-as-doctor",
    "--attest",
    "employer-policy=self-employed",
    "--attest",
    "know-delete",
];

/// A home directory with everything in it.
pub(crate) struct Home {
    pub(crate) dir: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    /// A home where nothing was ever run.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        let mut variables = vec![("HOME".to_owned(), at("home"))];
        for (name, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            variables.push((name.to_owned(), at(folder)));
        }
        for (name, value) in [
            ("TZ", "UTC"),
            ("ROUNDS_SENSORS_USE", "off"),
            ("ROUNDS_DASHBOARD_LISTEN", "127.0.0.1:0"),
            ("ROUNDS_RECEIVER_LISTEN", "off"),
            ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus"),
        ] {
            variables.push((name.to_owned(), value.to_owned()));
        }
        for folder in ["home", "run"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(dir.path().join("run"), private).unwrap();
        Self { dir, variables }
    }

    /// A home with a plan without quiet time, whose rules about posts are `posting`, and with the
    /// account `blog`, a folder.
    pub(crate) fn with_blog(posting: &str) -> Self {
        let home = Self::empty();
        home.ok(&["init", "--timezone", "UTC"]);
        home.write_plan(&format!(
            "timezone = \"UTC\"\nday_starts = \"04:00\"\n\n[quiet]\nfrom = \"04:00\"\n\
             until = \"04:00\"\n\n[posting]\n{posting}\n\n[[accounts]]\nname = \"blog\"\n\
             platform = \"folder\"\npath = \"~/blog\"\nowner = \"Dr Lin\"\n"
        ));
        home
    }

    pub(crate) fn plan(&self) -> PathBuf {
        self.dir.path().join("config/rounds/plan.toml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data/rounds")
    }

    pub(crate) fn write_plan(&self, text: &str) {
        fs::write(self.plan(), text).unwrap();
    }

    /// What was published into the account's folder, in order.
    pub(crate) fn published(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path().join("home/blog"));
        let names = entries.into_iter().flatten().flatten();
        let mut names: Vec<_> = names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A call of the program, not yet made.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_rounds"), arguments)
    }

    /// A call of another program in this home.
    pub(crate) fn command_of(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs the program, which must succeed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran.out
    }

    /// The JSON document that it prints, which must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let out = self.ok(&all);
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {out}"))
    }

    pub(crate) fn status(&self) -> Value {
        self.json(&["status"])
    }

    /// The one post with this id.
    pub(crate) fn post(&self, id: &str) -> Value {
        self.json(&["post", "show", id])
    }

    /// Adds a post for the account `blog`; its id.
    pub(crate) fn add(&self, text: &str, at: &str, more: &[&str]) -> String {
        let mut arguments = vec!["post", "add", text, "--to", "blog", "--at", at];
        arguments.extend(more);
        let added = self.json(&arguments);
        added["posts"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Adds a post and answers everything; its id.
    pub(crate) fn queue(&self, text: &str, at: &str) -> String {
        let id = self.add(text, at, &[]);
        let mut arguments = vec!["post", "check", &id];
        arguments.extend(ANSWERS);
        self.ok(&arguments);
        id
    }

    /// Waits until a post is in a state.
    pub(crate) fn until_state(&self, id: &str, state: &str) -> Value {
        let end = uptime() + LONGEST_WAIT;
        loop {
            let post = self.post(id);
            if post["state"] == state {
                return post;
            }
            assert!(uptime() < end, "the post never was {state}: {post:#}");
            sleep(Duration::from_millis(20));
        }
    }

    /// The audit chain must be whole; how many entries it has.
    pub(crate) fn intact(&self) -> u64 {
        let verdict = self.json(&["audit", "verify"]);
        assert_eq!(verdict["intact"], true, "{verdict}");
        verdict["entries"].as_u64().unwrap()
    }

    /// Starts the daemon and waits until it answers.
    pub(crate) fn daemon(&self) -> Daemon {
        self.daemon_by(&mut self.command(&["daemon"]))
    }

    /// Starts the daemon by a command and waits until it answers.
    pub(crate) fn daemon_by(&self, command: &mut Command) -> Daemon {
        let daemon = self.start(command);
        until("the daemon", || {
            (self.status()["daemon"]["running"] == true).then_some(())
        });
        daemon
    }

    /// Starts the daemon; what it says goes into a file.
    pub(crate) fn start(&self, command: &mut Command) -> Daemon {
        let said = self.dir.path().join("daemon.log");
        let mut file = fs::OpenOptions::new();
        let file = file.create(true).append(true).open(&said).unwrap();
        command.stderr(file.try_clone().unwrap()).stdout(file);
        Daemon(command.spawn().unwrap())
    }

    /// What daemons of this home said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.dir.path().join("daemon.log")).unwrap_or_default()
    }
}

/// A running daemon, killed when the test ends.
pub(crate) struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Daemon {
    /// Kill -9.
    pub(crate) fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// SIGTERM, and its end within five seconds.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        for _ in 0..250 {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            sleep(Duration::from_millis(20));
        }
        panic!("SIGTERM did not end the daemon in five seconds");
    }
}
