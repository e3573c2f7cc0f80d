//! The question about an empty slot on a real desktop: its buttons, pressed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;

use serde_json::Value;

use super::home::until;
use super::private::allowed;
use super::whole::{FADES_IN, QUIET_NEVER, Whole};

/// A plan with a slot half an hour from now, for which nothing is ready.
fn plan() -> String {
    let home = super::home::Home::with_blog("cooling_off = \"0s\"");
    let now: jiff::Timestamp = home.status()["now"].as_str().unwrap().parse().unwrap();
    let minute = now.as_second() / 60 % 60;
    format!(
        "[quiet]\n{QUIET_NEVER}\n[[accounts]]\nname = \"blog\"\nplatform = \"folder\"\n\
         path = \"~/blog\"\nowner = \"Dr Lin\"\nslots = [\"{} * * * *\"]\n\
         cadence = [{{ from = 2020-01-06, posts = \"7 per week\" }}]\n",
        (minute + 30) % 60
    )
}

/// A stand-in for the desktop's editor: writes into the file it is given.
fn editor(whole: &Whole, text: &str) {
    let script = whole.desktop.dir.path().join("bin/xdg-open");
    fs::create_dir_all(script.parent().unwrap()).unwrap();
    fs::write(
        &script,
        format!("#!/bin/sh\nprintf '%s' '{text}' >\"$1\"\n"),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Presses the button so far from the popup's right edge, and waits for what it does.
fn press_until(whole: &Whole, done: impl Fn() -> bool, from_right: i32) {
    let [x, y, width, height] = until("the question", || whole.popup());
    sleep(FADES_IN);
    whole.click(x + width - from_right, y + height - 30);
    until("what the button does", || done().then_some(()));
}

fn slot(whole: &Whole) -> Value {
    whole.home.json(&["slot", "list", "blog", "--next", "1"])[0].clone()
}

#[test]
fn an_empty_slot_is_let_pass_by_its_button() {
    if !allowed("an_empty_slot_is_let_pass_by_its_button") {
        return;
    }
    let whole = Whole::start(&plan(), "1h");
    until("the question", || {
        (whole.shown("Nothing is ready for blog") == 1).then_some(())
    });
    until("its popup", || whole.popup());
    sleep(FADES_IN);
    println!(
        "picture {}",
        whole.desktop.picture("slot-nudge.png").display()
    );
    // The rightmost button lets it pass.
    press_until(&whole, || slot(&whole)["skipped"] == true, 60);
    until("the popup to go", || whole.popup().is_none().then_some(()));
    let audit = whole.home.ok(&["audit", "export"]);
    assert_eq!(audit.matches("slot-skipped").count(), 1, "{audit}");
    let post = whole
        .home
        .json(&["post", "add", "Text.", "--to", "blog", "--slot"]);
    assert_ne!(post["posts"][0]["due_at"], slot(&whole)["at"]);
    assert_eq!(whole.shown("Nothing is ready for blog"), 1);
}

#[test]
fn what_is_written_and_saved_becomes_the_post_of_the_slot() {
    if !allowed("what_is_written_and_saved_becomes_the_post_of_the_slot") {
        return;
    }
    let whole = Whole::start(&plan(), "1h");
    editor(&whole, "Flu vaccines are here.");
    press_until(&whole, || !slot(&whole)["post"].is_null(), 170);
    let on_slot = slot(&whole);
    let id = on_slot["post"].as_str().unwrap().to_owned();
    let post = whole.home.post(&id);
    assert_eq!(post["text"], "Flu vaccines are here.");
    assert_eq!(
        (&post["state"], &post["due_at"]),
        (&"held".into(), &on_slot["at"])
    );
    until("the word about it", || {
        (whole.shown("Saved as post") == 1).then_some(())
    });
    // Saved again, the same post changes; a temporary file of an editor does nothing.
    let sheets = whole.home.data().join("sheets");
    let sheet = fs::read_dir(&sheets)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let sheet = sheet
        .into_iter()
        .find(|file| file.extension().is_some_and(|e| e == "txt"))
        .unwrap();
    assert_eq!(
        fs::metadata(&sheet).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::write(sheets.join(".x.swp"), "no").unwrap();
    let new = sheets.join("new~");
    fs::write(&new, "Flu vaccines are here today.").unwrap();
    fs::rename(&new, &sheet).unwrap();
    until("the changed text", || {
        (whole.home.post(&id)["text"] == "Flu vaccines are here today.").then_some(())
    });
    let all = whole.home.json(&["post", "list"]);
    assert_eq!(all["posts"].as_array().unwrap().len(), 1);
    assert_eq!(whole.shown("Nothing is ready for blog"), 1);
}
