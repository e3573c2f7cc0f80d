//! Looking at made pictures and, where `tests/run.sh` brings them along, at real photographs.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::posting::media::strip;

/// The folder of photographs; where there is none it says so, and `tests/run.sh` counts it.
fn photographs(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ROUNDS_PHOTOGRAPHS");
    if folder.is_none() {
        println!("{test}: needs photographs and tesseract");
    }
    folder.map(PathBuf::from)
}

fn see(folder: &Path, name: &str) -> Seen {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    look(&strip(&bytes).unwrap())
}

#[test]
fn a_face_is_seen_however_it_is_held_and_other_things_are_not() {
    let Some(folder) = photographs("a_face_is_seen_however_it_is_held") else {
        return;
    };
    let bytes = std::fs::read(folder.join("astronaut.png")).unwrap();
    let upright = decode(&bytes).unwrap();
    for turned in turns(&upright) {
        assert!(matches!(faces::seek(&turned), Faces::Looked(1..)), "turned");
    }
    for name in [
        "coffee.png",
        "coins.png",
        "brick.png",
        "rocket.jpg",
        "page.png",
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let seen = faces::seek(&decode(&bytes).unwrap());
        assert_eq!(seen, Faces::Looked(0), "{name}");
    }
}

#[test]
fn words_are_read_however_the_picture_is_held() {
    let Some(folder) = photographs("words_are_read_however_the_picture_is_held") else {
        return;
    };
    let page = decode(&std::fs::read(folder.join("page.png")).unwrap()).unwrap();
    let mut light_on_dark = page.clone();
    imageops::invert(&mut light_on_dark);
    for picture in [&page, &imageops::rotate90(&page), &light_on_dark] {
        let Words::Looked {
            texts, languages, ..
        } = words::read(picture)
        else {
            panic!("not looked at");
        };
        assert_eq!(languages, ["eng", "spa", "cat"]);
        let all = texts.join("\n");
        assert!(
            all.contains("segmentation") && all.contains("markers"),
            "{all}"
        );
    }
}

#[test]
fn what_was_seen_and_taken_out_is_told() {
    let Some(folder) = photographs("what_was_seen_and_taken_out_is_told") else {
        return;
    };
    let told = see(&folder, "hubble_deep_field.jpg").spoken();
    assert!(told.contains("Taken out of the file: EXIF data"), "{told}");
    assert!(told.contains("time") && told.contains("device"), "{told}");
    let told = see(&folder, "coins.png").spoken();
    assert!(
        told.contains("which does not mean that there is none"),
        "{told}"
    );
}

#[test]
fn a_tiny_or_empty_picture_breaks_nothing() {
    for (width, height) in [(1, 1), (39, 400), (41, 41), (3_000, 40)] {
        let grey = GrayImage::new(width, height);
        assert_eq!(faces::seek(&grey), Faces::Looked(0), "{width} x {height}");
    }
    assert!(decode(b"no picture").is_none());
}

/// What exiftool tells of a file, by group and name; what it computes itself is left out.
fn told_by_exiftool(file: &Path) -> String {
    let mut exiftool = Command::new("exiftool");
    let told = exiftool
        .args(["-a", "-G1", "-s"])
        .arg(file)
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let own = [
        "[System]",
        "[File]",
        "[Composite]",
        "[ExifTool]",
        "[JFIF]",
        "[PNG]",
        "[RIFF]",
        // Colours stay.
        "[ICC",
    ];
    let lines = told.lines().filter(|line| {
        !own.iter().any(|group| line.starts_with(group)) || line.contains("Comment")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_photograph_with_place_owner_and_thumbnail_leaves_with_none_of_them() {
    let Some(folder) = photographs("a_photograph_with_place_owner_and_thumbnail") else {
        return;
    };
    let work = tempfile::tempdir().unwrap();
    let (full, clean) = (work.path().join("full.jpg"), work.path().join("clean.jpg"));
    std::fs::copy(folder.join("rocket.jpg"), &full).unwrap();
    let thumbnail = format!("-ThumbnailImage<={}", folder.join("retina.jpg").display());
    let mut exiftool = Command::new("exiftool");
    let written = exiftool
        .args([
            "-q",
            "-overwrite_original",
            "-GPSLatitude=41.38",
            "-GPSLatitudeRef=N",
        ])
        .args([
            "-GPSLongitude=2.17",
            "-GPSLongitudeRef=E",
            "-Artist=Jane Roe",
            "-Make=Acme",
        ])
        .args([
            "-DateTimeOriginal=2026:11:24 08:00:00",
            "-IPTC:By-line=Jane Roe",
        ])
        .args([
            "-XMP:Creator=Jane Roe",
            "-Comment=Bed 7",
            "-Orientation#=6",
            &thumbnail,
        ])
        .arg(&full)
        .status();
    assert!(written.unwrap().success());
    let mut bytes = std::fs::read(&full).unwrap();
    bytes.extend_from_slice(b"hidden behind the end: Jane Roe");
    std::fs::write(&full, &bytes).unwrap();
    let before = told_by_exiftool(&full);
    assert!(
        before.contains("GPSLatitude") && before.contains("Jane Roe"),
        "{before}"
    );
    let stripped = strip(&bytes).unwrap();
    assert!(stripped.turned);
    assert_eq!(
        (stripped.width, stripped.height),
        (427, 640),
        "stands upright"
    );
    std::fs::write(&clean, &stripped.bytes).unwrap();
    assert_eq!(told_by_exiftool(&clean), "");
    assert!(!stripped.bytes.windows(8).any(|bytes| bytes == b"Jane Roe"));
    let told: Vec<String> = stripped.removed.iter().map(ToString::to_string).collect();
    let told = told.join("; ");
    for part in [
        "place",
        "time",
        "device",
        "thumbnail",
        "IPTC",
        "XMP",
        "comment",
        "after the end",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
