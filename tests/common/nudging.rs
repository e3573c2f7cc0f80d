//! A program that shows nudges as the daemon does, for tests that watch it from outside.
//!
//! It is the test binary itself, started again with a variable set, so that it can have a desktop
//! of its own. It reads one JSON command a line, prints `ok` or `error …` for each, and `answer …`
//! whenever one comes.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rounds::notify::{Answer, Button, Notifier, Nudge, Stay, Topic, Urgency};

use crate::desktop::{Desktop, Running};

/// What every nudge of these tests offers: id and label.
pub(crate) const BUTTONS: [(&str, &str); 3] = [
    ("take", "Take the break"),
    ("later", "In 5 minutes"),
    ("skip", "Skip"),
];

/// Not a test: the program that the tests start.
#[test]
fn program_under_test() {
    if std::env::var_os("ROUNDS_TEST_PROGRAM").is_none() {
        return;
    }
    tokio::runtime::Builder::new_current_thread()
        // zbus opens its connections on a helper thread, which tokio would keep for 10 seconds.
        .thread_keep_alive(Duration::from_millis(100))
        .enable_all()
        .build()
        .unwrap()
        .block_on(serve());
}

async fn serve() {
    let (answers, mut answered) = tokio::sync::mpsc::channel(16);
    let mut notifier = match Notifier::connect(answers).await {
        Ok(notifier) => notifier,
        Err(error) => return println!("error {error}"),
    };
    println!("ok");
    let (commands, mut commanded) = tokio::sync::mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            commands.blocking_send(line.unwrap()).unwrap();
        }
    });
    loop {
        tokio::select! {
            Some(answer) = answered.recv() => println!("answer {answer:?}"),
            command = commanded.recv() => match command {
                Some(command) => obey(&mut notifier, &command).await,
                None => return,
            }
        }
    }
}

async fn obey(notifier: &mut Notifier, command: &str) {
    let command: serde_json::Value = serde_json::from_str(command).unwrap();
    let text = |name: &str| command[name].as_str().unwrap_or_default().to_owned();
    let done = match command["do"].as_str().unwrap() {
        "show" => notifier.show(nudge(&command)).await,
        "withdraw" => notifier.withdraw(&text("key")).await,
        "server" => notifier.server().await.map(|server| {
            println!("answer {} {:?}", server.name, server.capabilities);
        }),
        other => panic!("unknown command {other}"),
    };
    match done {
        Ok(()) => println!("ok"),
        Err(error) => println!("error {error}"),
    }
}

fn nudge(command: &serde_json::Value) -> Nudge {
    let text = |name: &str| command[name].as_str().unwrap_or_default().to_owned();
    let button = |(id, label): (&str, &str)| Button {
        id: id.to_owned(),
        label: label.to_owned(),
        command: Some(format!("rounds break {id}")),
    };
    Nudge {
        key: text("key"),
        title: text("title"),
        body: text("body"),
        buttons: BUTTONS
            .into_iter()
            .chain(command["many"].as_bool().map(|_| ("why", "Why?")))
            .map(button)
            .collect(),
        urgency: Urgency::Normal,
        topic: match command["topic"].as_str() {
            Some("limit") => Topic::Limit,
            Some("post") => Topic::Post,
            Some("trouble") => Topic::Trouble,
            _ => Topic::Break,
        },
        stay: match command["stay_ms"].as_u64() {
            Some(ms) => Stay::For(Duration::from_millis(ms)),
            None => Stay::UntilAnswered,
        },
    }
}

/// The program under test, running on a desktop.
pub(crate) struct Program {
    process: Running,
    stdin: ChildStdin,
    lines: Receiver<String>,
}

impl Program {
    pub(crate) fn start(desktop: &Desktop) -> Self {
        let program = Self::spawn(desktop);
        assert_eq!(program.line(), "ok");
        program.lines.try_iter().for_each(drop);
        program
    }

    pub(crate) fn spawn(desktop: &Desktop) -> Self {
        let binary = std::env::current_exe().unwrap();
        let mut command = desktop.command(binary);
        command.env("ROUNDS_TEST_PROGRAM", "1");
        command.args([
            "--exact",
            "nudging::program_under_test",
            "--nocapture",
            "--test-threads=1",
        ]);
        let mut process = Running::start_heard(&mut command, Stdio::inherit());
        let stdout = BufReader::new(process.0.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // The first one stands behind what the test harness prints.
                let Some(at) = ["ok", "error ", "answer "]
                    .iter()
                    .filter_map(|w| line.find(w))
                    .min()
                else {
                    continue;
                };
                if line.starts_with("test ") && !line.contains("... ") {
                    continue;
                }
                let _ = sender.send(line[at..].to_owned());
            }
        });
        let stdin = process.0.stdin.take().unwrap();
        Self {
            process,
            stdin,
            lines,
        }
    }

    pub(crate) fn line(&self) -> String {
        let line = self.lines.recv_timeout(Duration::from_secs(20));
        line.expect("the program under test says nothing")
    }

    pub(crate) fn tell(&mut self, command: &serde_json::Value) {
        writeln!(self.stdin, "{command}").unwrap();
    }

    pub(crate) fn done(&mut self, command: &serde_json::Value) {
        self.tell(command);
        assert_eq!(self.line(), "ok", "{command}");
    }

    pub(crate) fn show(&mut self, key: &str, title: &str, body: &str) {
        self.done(&serde_json::json!({"do": "show", "key": key, "title": title, "body": body}));
    }

    pub(crate) fn withdraw(&mut self, key: &str) {
        self.done(&serde_json::json!({"do": "withdraw", "key": key}));
    }

    pub(crate) fn expect(&self, answer: &Answer) {
        assert_eq!(self.line(), format!("answer {answer:?}"));
    }

    /// Nothing more was answered than what the test has read.
    pub(crate) fn expect_silence(&mut self) {
        std::thread::sleep(Duration::from_millis(300));
        let more: Vec<String> = self.lines.try_iter().collect();
        assert!(more.is_empty(), "{more:?}");
    }

    /// How often it has woken up, how many threads and open files it has.
    pub(crate) fn footprint(&self) -> (u64, usize, usize) {
        let proc = format!("/proc/{}", self.process.0.id());
        let count = |part: &str| std::fs::read_dir(format!("{proc}/{part}")).unwrap().count();
        let threads = std::fs::read_dir(format!("{proc}/task")).unwrap();
        let wakeups = threads.map(|t| wakeups(&t.unwrap().path())).sum();
        (wakeups, count("task"), count("fd"))
    }
}

fn wakeups(thread: &std::path::Path) -> u64 {
    let status = std::fs::read_to_string(thread.join("status")).unwrap();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("voluntary_ctxt_switches:"));
    line.unwrap().trim().parse().unwrap()
}
