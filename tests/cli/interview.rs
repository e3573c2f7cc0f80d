//! `rounds post check` on a terminal of eighty columns: what is shown, which keys do what.

use rustix::process::Signal;
use rustix::termios::LocalModes;

use crate::terminal::Terminal;
use crate::world::World;

const ASKS: &str = "quit";

/// A plan whose account has its own answers already.
fn world() -> World {
    let world = World::with("lin");
    let plan = world
        .plan_text()
        .replace("[[accounts]]", "[[accounts]]\nowner = \"Dr Lin\"");
    std::fs::write(world.plan(), plan).unwrap();
    world
}

fn add(world: &World, text: &str, more: &[&str]) -> String {
    let more = [&["--at", "2099-05-05 08:00"], more].concat();
    world.post(text, &more)["id"].as_str().unwrap().to_owned()
}

fn check(world: &World, id: &str) -> Terminal {
    Terminal::start(&mut world.command(&["post", "check", id]))
}

fn states(world: &World, id: &str) -> Vec<(String, String)> {
    let post = world.json(&["post", "show", id]);
    let checks = post["checks"].as_array().unwrap().iter();
    let told = |check: &serde_json::Value, key| check[key].as_str().unwrap().to_owned();
    checks
        .map(|check| (told(check, "item"), told(check, "state")))
        .filter(|(_, state)| state != "unopened")
        .collect()
}

#[test]
fn a_post_is_shown_as_it_goes_out_before_the_first_question() {
    let world = world();
    let text = "Mrs Jones, 93, came to my clinic in Tobermory yesterday. \u{1b}[2JTurmeric cures \
                eczema in 90% of people, says https://example.org/turmeric and PMID 31926098.";
    let to = ["--reply-to", "https://example.org/p/1"];
    let id = add(&world, text, &to);
    let mut terminal = check(&world, &id);
    let shown = terminal.until(ASKS);
    terminal.type_line("q");
    let (rest, status) = terminal.end();
    assert_eq!(status, Some(3), "{rest}");
    for line in shown.lines().chain(rest.lines().take(1)) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let filters = vec![
        (id.as_str(), "[ID]"),
        (r"\b[0-9a-f]{6}\b", "[FIND]"),
        (r"in \d+ years", "in [N] years"),
    ];
    insta::with_settings!({ filters => filters }, {
        insta::assert_snapshot!(shown.trim_end(), @r#"
        Post [ID] for blog: held, Tue 5 May 2099 08:00 Europe/London, in [N] years.
          153 characters.
        Answers https://example.org/p/1

          | Mrs Jones, 93, came to my clinic in Tobermory yesterday. �[2JTurmeric cures
          | eczema in 90% of people, says https://example.org/turmeric and PMID
          | 31926098.

        Link     https://example.org/turmeric
        Paper    PMID 31926098: not looked up, because look-ups are off ([lookups] in
                 config.toml): see for yourself that it says so and was not retracted.
        Screening saw (4):
          [FIND] a name “Mrs Jones”: This looks like the name of a patient or of someone
                 close to one. [blocks: no-patient-identifiers]
          [FIND] a small place “Tobermory”: This place is small enough to help tell who
                 is meant. [blocks: no-patient-identifiers]
          [FIND] a date “yesterday”: A time like this becomes a date once the post is
                 out, and helps tell who is meant. Read when it goes out, on Tuesday, it
                 means Monday 4 May. [blocks: no-patient-identifiers]
          [FIND] a name “Turmeric”: This looks like the name of a patient or of someone
                 close to one. [blocks: no-patient-identifiers]
        What blocks wants other words, or a dispute.
        One is wrong? rounds post check [ID] --dispute [FIND] --why "the reason"

        1/6 Is there a signed release by the patient, or who may sign for them, for this
            post and this platform?
            [publication-consent] Social Media for Doctors, Family Practice Management
            (AAFP) (2020)
            Type the reference of a valid record in `rounds consent list`.
            what it asks for, or n no, s skip, q quit:
        "#);
    });
}

#[test]
fn keys_do_what_the_prompt_says_and_a_wrong_one_asks_again() {
    let world = world();
    let id = add(&world, "Wash your hands.", &[]);
    let mut terminal = check(&world, &id);
    let first = terminal.until(ASKS);
    assert!(first.contains("y yes, n no, s skip, q quit"), "{first}");
    for wrong in ["x", "", "maybe"] {
        terminal.type_line(wrong);
        let again = terminal.until(ASKS);
        assert!(
            !again.contains("2/"),
            "{wrong} asks the same again: {again}"
        );
    }
    for key in ["YES", "N", "Skip"] {
        terminal.type_line(key);
        terminal.until(ASKS);
    }
    // The policy of the employer: a yes names none.
    terminal.type_line("y");
    let again = terminal.until(ASKS);
    assert!(again.contains("A yes is not enough here."), "{again}");
    terminal.type_line("IT-7");
    terminal.until(ASKS);
    terminal.type_line("Quit");
    let (rest, status) = terminal.end();
    assert_eq!(status, Some(3), "{rest}");
    assert!(rest.contains("To answer: ") && rest.contains(&id), "{rest}");
    let attested: Vec<_> = states(&world, &id)
        .into_iter()
        .filter(|(_, state)| state == "attested")
        .map(|(item, _)| item)
        .collect();
    assert_eq!(attested, ["coi-disclosed", "employer-policy"]);
}

#[test]
fn all_answers_let_it_go_and_the_end_of_the_input_leaves() {
    let world = world();
    let id = add(&world, "Wash your hands.", &[]);
    let mut terminal = check(&world, &id);
    for key in ["y", "Y", "yes", "self-employed"] {
        terminal.until(ASKS);
        terminal.type_line(key);
    }
    terminal.until(ASKS);
    terminal.type_line("\u{4}");
    let (_, status) = terminal.end();
    assert_eq!(status, Some(3));
    let mut terminal = check(&world, &id);
    let last = terminal.until(ASKS);
    assert!(last.contains("1/1 "), "what was answered is kept: {last}");
    terminal.type_line("y");
    let (rest, status) = terminal.end();
    assert_eq!(status, Some(0), "{rest}");
    assert!(rest.contains("queued"), "{rest}");
}

/// Whoever answers has not seen what somebody else wrote meanwhile.
#[test]
fn an_answer_is_for_the_words_that_were_shown() {
    let world = world();
    let id = add(&world, "Wash your hands.", &[]);
    let mut terminal = check(&world, &id);
    terminal.until(ASKS);
    terminal.type_line("y");
    terminal.until(ASKS);
    world.json(&["post", "edit", &id, "--text", "Wash your feet."]);
    terminal.type_line("y");
    let (rest, status) = terminal.end();
    assert_eq!(status, Some(3), "{rest}");
    assert!(rest.contains("was changed while you answered"), "{rest}");
    let attested = states(&world, &id);
    let attested: Vec<_> = attested.iter().filter(|(_, s)| s == "attested").collect();
    assert_eq!(attested, Vec::<&(String, String)>::new());
}

#[test]
fn whoever_ends_the_questions_from_outside_leaves_the_terminal_as_it_was() {
    let world = world();
    let id = add(&world, "Flu vaccines are here.", &[]);
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut terminal = check(&world, &id);
        terminal.until(ASKS);
        let before = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        terminal.signal(signal);
        assert_ne!(terminal.status(), Some(0), "{signal:?}");
        assert!(terminal.modes().contains(before), "{signal:?}");
    }
}

#[test]
fn a_secret_is_not_shown_and_the_terminal_is_put_back() {
    let world = world();
    let hidden = LocalModes::ECHO;
    let key = || Terminal::start(&mut world.command(&["paper", "key"]));
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut terminal = key();
        terminal.until("it is not shown");
        assert!(!terminal.modes().intersects(hidden));
        terminal.signal(signal);
        assert_eq!(terminal.status(), Some(128 + signal.as_raw()), "{signal:?}");
        assert!(terminal.modes().contains(hidden), "{signal:?}");
    }
    let mut terminal = key();
    terminal.until("it is not shown");
    terminal.type_line("sesame");
    let modes = terminal.modes();
    let (rest, _) = terminal.end();
    assert!(!rest.contains("sesame"), "{modes:?} {rest}");
}

#[test]
fn a_secret_is_not_shown_after_a_stop_either() {
    const ASKED: &str = "it is not shown";
    let world = world();
    let mut terminal = Terminal::start(&mut world.command(&["paper", "key"]));
    terminal.until(ASKED);
    terminal.stop();
    // As a shell does.
    terminal.show_what_is_typed();
    terminal.signal(Signal::CONT);
    terminal.until(ASKED);
    assert!(!terminal.modes().intersects(LocalModes::ECHO));
    terminal.type_line("sesame");
    let (rest, _) = terminal.end();
    assert!(!rest.contains("sesame"), "{rest}");
}
