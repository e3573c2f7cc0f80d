//! A post that is handed over, from its time to the person's word, with the real program on a bus
//! of its own. Portal and notification server only remember what they were asked.
#![cfg(test)]

#[path = "../common/desktop.rs"]
#[expect(dead_code, reason = "other tests use the rest of the desktop")]
mod desktop;
mod discretion;
#[path = "../common/fakes.rs"]
mod fakes;
mod restart;
#[path = "../common/rounds.rs"]
mod rounds_program;

use desktop::{Desktop, Running, allowed, wait_for};
use fakes::Fakes;
use rounds_program::Rounds;

const TEXT: &str = "Flu vaccines are here & free.";

struct Scene {
    rounds: Rounds,
    fakes: Fakes,
    daemon: Running,
    desktop: Desktop,
}

impl Scene {
    fn bus(&self) -> String {
        bus(&self.desktop)
    }
}

/// The address of a desktop's bus.
fn bus(desktop: &Desktop) -> String {
    let mut known = desktop.env.iter();
    let bus = known.find(|(name, _)| name == "DBUS_SESSION_BUS_ADDRESS");
    bus.unwrap().1.clone()
}

fn scene(site: &str, portal: Option<u32>) -> Scene {
    let mut desktop = Desktop::bus_only(None);
    let dir = desktop.dir.path().to_str().unwrap().to_owned();
    desktop.set("XDG_RUNTIME_DIR", &dir);
    desktop.set("ROUNDS_SENSORS_USE", "off");
    let fakes = Fakes::start(&bus(&desktop), portal);
    let rounds = Rounds {
        env: desktop.env.clone(),
    };
    rounds.begin();
    rounds.json(&["account", "add", site, "--platform", "handoff"]);
    let daemon = daemon(&rounds);
    Scene {
        rounds,
        fakes,
        daemon,
        desktop,
    }
}

/// The daemon, once it answers.
fn daemon(rounds: &Rounds) -> Running {
    let daemon = Running::start(rounds.command().arg("daemon"));
    wait_for("the daemon", || {
        let running = rounds.json(&["status"])["daemon"]["running"].as_bool();
        running.filter(|is| *is)
    });
    daemon
}

#[test]
fn a_press_opens_the_composer_and_only_the_person_says_that_it_is_out() {
    if !allowed("a_press_opens_the_composer_and_only_the_person_says_that_it_is_out") {
        return;
    }
    let scene = scene("x", Some(0));
    let (rounds, fakes) = (&scene.rounds, &scene.fakes);
    let id = rounds.post(TEXT, "x");
    let asked = fakes.popup("Time to post on x");
    assert_eq!(asked.buttons, ["open", "posted", "later"]);
    assert!(!format!("{asked:?}").contains("vaccines"), "{asked:?}");
    assert!(fakes.nothing_opened(), "no window opens without a press");
    fakes.press(asked.id, "open");
    let address = fakes.address();
    let expected = "https://x.com/intent/post?text=Flu%20vaccines%20are%20here%20%26%20free.";
    assert_eq!(address, expected);
    let again = fakes.popup("Is it out on x?");
    assert_eq!(again.buttons, ["posted", "not-posted", "later"]);
    assert_eq!(rounds.state(&id), "handed-off");
    fakes.press(again.id, "posted");
    wait_for("the post to be published", || {
        (rounds.state(&id) == "published").then_some(())
    });
    drop(scene.daemon);
}

#[test]
fn not_posted_holds_it_again() {
    if !allowed("not_posted_holds_it_again") {
        return;
    }
    let scene = scene("bluesky", Some(0));
    let id = scene.rounds.post(TEXT, "bluesky");
    let asked = scene.fakes.popup("Time to post on bluesky");
    scene.fakes.press(asked.id, "open");
    let asked = scene.fakes.popup("Is it out on bluesky?");
    scene.fakes.press(asked.id, "not-posted");
    wait_for("the post to be held", || {
        let state = scene.rounds.state(&id);
        assert_ne!(state, "published");
        (state == "held").then_some(())
    });
}

/// *Later* says nothing about the post, and takes the question off the screen.
#[test]
fn later_leaves_the_post_as_it_is() {
    if !allowed("later_leaves_the_post_as_it_is") {
        return;
    }
    let scene = scene("threads", Some(0));
    let id = scene.rounds.post(TEXT, "threads");
    let asked = scene.fakes.popup("Time to post on threads");
    scene.fakes.press(asked.id, "later");
    // The next post's question comes after whatever the press led to.
    let next = scene.rounds.post("Sleep well.", "threads");
    let asked = scene.fakes.popup("threads");
    assert!(asked.body.contains(&next), "asked again at once: {asked:?}");
    assert_eq!(scene.rounds.state(&id), "handed-off");
}

/// As desktops do where two programs want to show notifications and the later one takes over.
#[test]
fn a_server_that_takes_over_gets_the_question_and_the_former_one_counts_no_more() {
    if !allowed("a_server_that_takes_over_gets_the_question_and_the_former_one_counts_no_more") {
        return;
    }
    let scene = scene("x", Some(0));
    let id = scene.rounds.post(TEXT, "x");
    let asked = scene.fakes.popup("Time to post on x");
    let second = Fakes::start(&scene.bus(), None);
    let again = second.popup("Time to post on x");
    assert_eq!(again.buttons, ["open", "posted", "later"]);
    // What is left of the former one on the screen speaks of nothing that is asked now.
    scene.fakes.press(asked.id, "posted");
    second.press(again.id, "open");
    let asked = second.popup("Is it out on x?");
    assert_eq!(scene.rounds.state(&id), "handed-off");
    second.press(asked.id, "posted");
    wait_for("the post to be published", || {
        (scene.rounds.state(&id) == "published").then_some(())
    });
    assert_eq!(scene.fakes.all().len(), 1, "{:?}", scene.fakes.all());
}

/// Instagram takes no text, and nothing here can copy one.
#[test]
fn a_text_that_could_not_be_copied_is_told() {
    if !allowed("a_text_that_could_not_be_copied_is_told") {
        return;
    }
    let scene = scene("instagram", Some(0));
    let id = scene.rounds.post(TEXT, "instagram");
    let asked = scene.fakes.popup("Time to post");
    scene.fakes.press(asked.id, "open");
    assert_eq!(scene.fakes.address(), "https://www.instagram.com/");
    let told = scene.fakes.popup("not copied");
    assert!(
        told.body.contains(&format!("rounds post show {id}")),
        "{told:?}"
    );
    assert!(!told.body.contains("vaccines"));
}
