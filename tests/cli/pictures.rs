//! Pictures of posts: what is looked for in them, what it opens, what is refused.
//!
//! The reader of words is a stand-in of the same name and output; the real one is tried on real
//! photographs beside `src/pictures`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use image::{GrayImage, ImageFormat};
use serde_json::Value;

use crate::world::World;

const TEXT: &str = "Our team at work.";

/// A home with a picture in its working directory.
fn world() -> World {
    let world = World::with("lin");
    let grey = GrayImage::from_pixel(60, 60, image::Luma([200]));
    grey.save_with_format(world.path("work/team.png"), ImageFormat::Png)
        .unwrap();
    fs::create_dir(world.path("bin")).unwrap();
    world
}

/// A program called tesseract that reads these words wherever it looks, or does what is said.
fn reader(world: &World, script: &str) {
    let file = world.path("bin/tesseract");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = --list-langs ]; then echo eng; echo spa; exit; fi\n\
         cat >/dev/null\n{script}\n"
    );
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
}

fn words(text: &str) -> String {
    let row = |(number, word): (usize, &str)| {
        format!("printf '5\\t1\\t1\\t1\\t1\\t{number}\\t0\\t0\\t9\\t9\\t95\\t{word}\\n'\n")
    };
    text.split(' ').enumerate().map(row).collect()
}

fn add(world: &World, picture: &str) -> (i32, Value, String) {
    let mut command = world.command(&[
        "--json", "post", "add", TEXT, "--to", "blog", "--media", picture, "--alt", "a team",
    ]);
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    let ran = command
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let post = serde_json::from_slice(&ran.stdout).unwrap_or(Value::Null);
    let err = String::from_utf8_lossy(&ran.stderr).into_owned();
    (ran.status.code().unwrap_or(-1), post, err)
}

fn added(world: &World) -> Value {
    let (status, posts, err) = add(world, "team.png");
    assert_eq!(status, 0, "{err}");
    posts["posts"][0].clone()
}

#[test]
fn words_in_a_picture_go_through_the_same_screen() {
    let world = world();
    reader(&world, &words("Patient Jane Roe MRN 4455667"));
    let post = added(&world);
    let findings = post["findings"].as_array().unwrap();
    let seen = findings
        .iter()
        .find(|f| f["category"] == "record_number")
        .unwrap();
    let why = seen["why"].as_str().unwrap();
    assert!(why.starts_with("In the words of picture 1:"), "{why}");
    assert_eq!(seen["start"], TEXT.chars().count());
    let id = post["id"].as_str().unwrap();
    let told = world.ok(&["post", "show", id]);
    assert!(
        told.contains("Words read in it: Patient Jane Roe MRN 4455667."),
        "{told}"
    );
}

#[test]
fn nothing_read_is_never_called_clean_and_a_missing_reader_is_told() {
    let world = world();
    reader(&world, "true");
    let post = added(&world);
    assert_eq!(
        post["media"][0]["seen"]["words"]["looked"]["texts"],
        Value::Array(vec![])
    );
    let told = world.ok(&["post", "show", post["id"].as_str().unwrap()]);
    assert!(
        told.contains("which does not mean that there is none"),
        "{told}"
    );
    assert!(!told.contains("clean"), "{told}");
    reader(&world, "exit 1");
    let failed = added(&world);
    assert_eq!(
        failed["media"][0]["seen"]["words"]["looked"]["cut_short"],
        true
    );
    fs::write(world.path("bin/tesseract"), "#!/bin/sh\nexit 1\n").unwrap();
    let none = added(&world);
    let told = world.ok(&["post", "show", none["id"].as_str().unwrap()]);
    assert!(
        told.contains("Words in it were not looked for: tesseract has none"),
        "{told}"
    );
}

#[test]
fn what_was_seen_closes_no_question() {
    let world = world();
    let packs = "platform = \"folder\"\npacks = [\"gmc\", \"aafp\"]";
    let plan = world.plan_text().replace("platform = \"folder\"", packs);
    fs::write(world.plan(), plan).unwrap();
    reader(&world, "true");
    let post = added(&world);
    let check = |item: &str| {
        let checks = post["checks"].as_array().unwrap();
        checks
            .iter()
            .find(|check| check["item"] == item)
            .cloned()
            .unwrap_or_default()
    };
    for item in ["image-background", "image-people"] {
        assert_eq!(check(item)["state"], "missing", "{item}: {post:#}");
    }
}

#[test]
fn what_cannot_be_cleaned_is_refused_with_the_way_out() {
    let world = world();
    reader(&world, "true");
    let mut dicom = vec![0; 128];
    dicom.extend_from_slice(b"DICM");
    fs::write(world.path("work/scan.png"), dicom).unwrap();
    fs::write(world.path("work/phone.jpg"), b"\0\0\0\x18ftypheic0000").unwrap();
    fs::write(world.path("work/text.png"), b"no picture").unwrap();
    for (picture, status, words) in [
        ("scan.png", 3, "DICOM"),
        ("phone.jpg", 3, "Most Compatible"),
        ("text.png", 3, "JPEG or PNG"),
        ("gone.png", 1, "gone.png"),
    ] {
        let (code, _, err) = add(&world, picture);
        assert_eq!(code, status, "{picture}: {err}");
        assert!(err.contains(words), "{picture}: {err}");
    }
}
