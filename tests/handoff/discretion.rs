//! What a notification never tells: a word of a post. Everything that is asked about posts is asked
//! here once, of the real daemon, and each call of the notification server is read as a whole.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use rounds::engine::Change;
use rounds::posting::life::State;
use rounds::posting::post::PostId;
use rounds::store::Store;

use super::desktop::{Desktop, Running, allowed, wait_for};
use super::fakes::{Fakes, Popup};
use super::rounds_program::Rounds;
use super::{bus, scene};

/// One for each post, in no word of the program's own.
const WORDS: [&str; 7] = [
    "Aardvark",
    "Bandicoot",
    "Capybara",
    "Dugong",
    "Echidna",
    "Fossa",
    "Hoopoe",
];

/// A person's desktop with an editor that writes a text of its own.
struct Person {
    rounds: Rounds,
    fakes: Fakes,
    home: PathBuf,
    path: String,
    _desktop: Desktop,
}

impl Person {
    fn new() -> Self {
        let mut desktop = Desktop::bus_only(None);
        let dir = desktop.dir.path().to_owned();
        desktop.set("XDG_RUNTIME_DIR", dir.to_str().unwrap());
        desktop.set("ROUNDS_SENSORS_USE", "off");
        let editor = dir.join("bin/xdg-open");
        fs::create_dir(editor.parent().unwrap()).unwrap();
        fs::write(&editor, "#!/bin/sh\nprintf 'Hoopoe fly.' >\"$1\"\n").unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}/bin:{}", dir.display(), std::env::var("PATH").unwrap());
        let rounds = Rounds {
            env: desktop.env.clone(),
        };
        rounds.json(&["init", "--timezone", "UTC"]);
        let home = dir.join("home");
        Self {
            fakes: Fakes::start(&bus(&desktop), Some(0)),
            rounds,
            home,
            path,
            _desktop: desktop,
        }
    }

    /// Writes the plan, with quiet time now or never, and a slot half an hour from now.
    fn plan(&self, quiet_now: bool) {
        let now = self.rounds.json(&["status"])["now"].clone();
        let now: jiff::Timestamp = now.as_str().unwrap().parse().unwrap();
        let (hour, minute) = (now.as_second() / 3600 % 24, now.as_second() / 60 % 60);
        let (from, until) = if quiet_now {
            ((hour + 23) % 24, (hour + 2) % 24)
        } else {
            (4, 4)
        };
        let plan = format!(
            "timezone = \"UTC\"\n[quiet]\nfrom = \"{from:02}:00\"\nuntil = \"{until:02}:00\"\n\
             [posting]\ncooling_off = \"0s\"\nlate_after = \"8s\"\n\
             [[accounts]]\nname = \"blog\"\nplatform = \"folder\"\npath = \"~/blog\"\n\
             slots = [\"{slot} * * * *\"]\ncadence = [{{ from = 2020-01-06, posts = \"7 per week\" }}]\n\
             [[accounts]]\nname = \"x\"\nplatform = \"handoff\"\n",
            slot = (minute + 30) % 60,
        );
        fs::write(self.home.join(".config/rounds/plan.toml"), plan).unwrap();
    }

    fn add(&self, text: &str, account: &str, at: &str) -> String {
        let added = self
            .rounds
            .json(&["post", "add", text, "--to", account, "--at", at]);
        added["posts"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Puts a post where only a platform's failure would bring it.
    fn put(&self, id: &str, state: State) {
        let mut store = Store::open(&self.home.join(".local/share/rounds/rounds.db")).unwrap();
        let mut post = store.post(&PostId(id.to_owned())).unwrap().unwrap();
        post.state = state;
        let entries = Vec::new();
        store.write(&Change { post, entries }).unwrap();
    }

    /// Waits until something with these words in the title was shown.
    fn asked(&self, words: &str) -> Popup {
        wait_for(words, || {
            let mut all = self.fakes.all().into_iter();
            all.find(|popup| popup.title.contains(words))
        })
    }
}

#[test]
fn no_notification_holds_a_word_of_a_post() {
    if !allowed("no_notification_holds_a_word_of_a_post") {
        return;
    }
    let person = Person::new();
    let rounds = &person.rounds;
    person.plan(true);
    rounds.answered("Aardvark dig at night.", "blog", "in 3h");
    person.plan(false);
    let mut daemon: Command = rounds.command();
    let _daemon = Running::start(daemon.arg("daemon").env("PATH", &person.path));
    person.asked("wants a second look");
    let slot = person.asked("Nothing is ready for blog");
    person.fakes.press(slot.id, "write");
    person.asked("Saved as post");
    rounds.answered("Bandicoot sniff.", "x", "in 1s");
    let asked = person.asked("Time to post on x");
    person.fakes.press(asked.id, "open");
    assert!(
        person.fakes.address().contains("Bandicoot"),
        "to the site alone"
    );
    person.asked("Is it out on x?");
    let failed = person.add("Capybara bathe.", "blog", "in 4h");
    let why = "the folder is a file".to_owned();
    person.put(&failed, State::Failed { why });
    let doubt = person.add("Dugong graze.", "x", "in 5h");
    let since = jiff::Timestamp::UNIX_EPOCH;
    person.put(&doubt, State::Uncertain { since });
    person.add("Echidna sleep.", "blog", "in 1s");
    person.asked("could not be sent");
    person.asked("Is the post on x?");
    person.asked("missed its time");
    let all = person.fakes.all();
    assert!(all.len() >= 8, "{all:#?}");
    for popup in all {
        assert!(popup.buttons.len() <= 3, "{popup:?}");
        // Low or normal: a critical one would break through do-not-disturb.
        let urgency = [
            "\"urgency\": OwnedValue(U8(0))",
            "\"urgency\": OwnedValue(U8(1))",
        ];
        assert!(
            urgency.iter().any(|hint| popup.whole.contains(hint)),
            "{popup:?}"
        );
        assert!(popup.whole.contains("x-rounds."), "{popup:?}");
        for word in WORDS {
            assert!(!popup.whole.contains(word), "{popup:?}");
        }
    }
}

/// What is said where the clipboard took the text, or nothing did.
#[test]
fn what_came_of_opening_tells_no_word_either() {
    if !allowed("what_came_of_opening_tells_no_word_either") {
        return;
    }
    let scene = scene("instagram", Some(0));
    scene.rounds.post("Fossa climb.", "instagram");
    let asked = scene.fakes.popup("Time to post");
    scene.fakes.press(asked.id, "open");
    for words in ["not copied", "Is it out"] {
        wait_for(words, || {
            let all = scene.fakes.all();
            all.iter()
                .find(|popup| popup.title.contains(words))
                .map(drop)
        });
    }
    for popup in scene.fakes.all() {
        assert!(!popup.whole.contains("Fossa"), "{popup:?}");
    }
}
