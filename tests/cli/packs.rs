//! A hospital's own checklist pack: dropped in, broken, mended, taken away.

use std::fs;

use crate::world::World;

const PACK: &str = "name = \"hospital\"\ntitle = \"Our hospital\"\nversion = \"1\"\n\
    jurisdiction = \"any\"\n[sources.policy]\ntitle = \"Policy 12\"\n[[items]]\n\
    id = \"press-office\"\nquestion = \"Does the press office know?\"\napplies = [\"always\"]\n\
    severity = \"attest\"\nsource = \"policy\"\n";

/// The items that a post is asked, and what stood on standard error.
fn asked(world: &World, id: &str) -> (Vec<String>, String) {
    let ran = world.run(&["--json", "post", "show", id]);
    let post: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let checks = post["checks"].as_array().unwrap().iter();
    let items = checks.map(|check| check["item"].as_str().unwrap().to_owned());
    (items.collect(), ran.stderr)
}

#[test]
fn a_bad_pack_is_refused_and_the_one_in_force_stays() {
    let world = World::with("lin");
    let folder = world.path("config/rounds/checklists");
    let file = folder.join("hospital.toml");
    fs::create_dir(&folder).unwrap();
    fs::write(&file, PACK).unwrap();
    let flags = [
        "--platform",
        "folder",
        "--path",
        "out",
        "--pack",
        "hospital",
    ];
    world.ok(&[&["account", "add", "ward"], &flags[..]].concat());
    let added = world.json(&["post", "add", "Our clinic opens at eight.", "--to", "ward"]);
    let id = added["posts"][0]["id"].as_str().unwrap().to_owned();
    let (items, complaint) = asked(&world, &id);
    assert!(items.contains(&"press-office".to_owned()) && complaint.is_empty());

    fs::write(&file, PACK.replace("\"attest\"", "\"fatal\"")).unwrap();
    let (items, complaint) = asked(&world, &id);
    assert!(
        items.contains(&"press-office".to_owned()),
        "it stays in force: {items:?}"
    );
    let said: serde_json::Value = serde_json::from_str(&complaint).unwrap();
    let warning = &said["warning"];
    assert!(
        warning["file"]
            .as_str()
            .unwrap()
            .ends_with("checklists/hospital.toml")
    );
    assert_eq!(warning["line"], 11);
    assert!(
        warning["message"]
            .as_str()
            .unwrap()
            .starts_with("severity: "),
        "{warning}"
    );
    let spoken = world.run(&["post", "show", &id]).stderr;
    assert!(
        spoken.contains("hospital.toml:11: severity: unknown variant `fatal`"),
        "{spoken}"
    );

    let (status, error) = world.error(&["plan", "check"]);
    assert_eq!((status, error["line"].as_u64()), (2, Some(11)), "{error}");

    fs::write(&file, PACK.replace("press-office", "matron")).unwrap();
    let (items, complaint) = asked(&world, &id);
    assert!(
        items.contains(&"matron".to_owned()) && complaint.is_empty(),
        "{items:?} {complaint}"
    );

    fs::remove_file(&file).unwrap();
    let (items, _) = asked(&world, &id);
    assert_eq!(items, Vec::<String>::new());
}

/// A post on the account `ward`, which has this pack on top of core; its id.
fn ward(world: &World, pack: &str) -> String {
    let flags = ["--platform", "folder", "--path", "out", "--pack", pack];
    world.ok(&[&["account", "add", "ward"], &flags[..]].concat());
    let added = world.json(&["post", "add", "Our clinic opens at eight.", "--to", "ward"]);
    added["posts"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_hospital_may_want_more_of_an_answer_than_core_does() {
    let world = World::with("lin");
    let folder = world.path("config/rounds/checklists");
    fs::create_dir(&folder).unwrap();
    let strict = PACK
        .replace("press-office", "newspaper-test")
        .replace("source =", "evidence_kind = \"approver\"\nsource =");
    fs::write(folder.join("hospital.toml"), strict).unwrap();
    let id = ward(&world, "hospital");
    let check = |answer: &str| {
        let ran = world.run(&["--json", "post", "check", &id, "--attest", answer]);
        let post = world.json(&["post", "show", &id]);
        let checks = post["checks"].as_array().unwrap().iter();
        let mut checks = checks.filter(|check| check["item"] == "newspaper-test");
        let check = checks.next().unwrap().clone();
        assert_eq!(check["evidence_kind"], "approver", "{check}");
        (ran, check["state"].as_str().unwrap().to_owned())
    };
    for weak in ["newspaper-test", "newspaper-test=yes", "discomfort-test"] {
        let (ran, state) = check(weak);
        assert_eq!((ran.status, state.as_str()), (3, "missing"), "{ran}");
        assert!(ran.stderr.contains("the name of the person"), "{ran}");
    }
    assert_eq!(check("newspaper-test=Dr Marin").1, "attested");
}

/// An own file adds to the built-in packs and takes the place of none.
#[test]
fn a_file_that_has_the_name_of_a_built_in_pack_is_refused() {
    let world = World::with("lin");
    let folder = world.path("config/rounds/checklists");
    fs::create_dir(&folder).unwrap();
    let id = ward(&world, "gmc");
    let (before, _) = asked(&world, &id);
    fs::write(
        folder.join("gmc.toml"),
        PACK.replace("\"hospital\"", "\"gmc\""),
    )
    .unwrap();
    let (items, complaint) = asked(&world, &id);
    assert_eq!(items, before, "the built-in one stays in force");
    let said: serde_json::Value = serde_json::from_str(&complaint).unwrap();
    let warning = &said["warning"];
    let file = warning["file"].as_str().unwrap();
    assert!(file.ends_with("checklists/gmc.toml"), "{file}");
    assert_eq!(warning["line"], 1);
    let message = warning["message"].as_str().unwrap();
    assert!(message.contains("such as `our-gmc`"), "{message}");
    let row = doctor(&world);
    assert_eq!(row["state"], "broken", "{row}");
    assert!(
        row["what"].as_str().unwrap().contains("gmc.toml:1: name: "),
        "{row}"
    );

    fs::rename(folder.join("gmc.toml"), folder.join("hospital.toml")).unwrap();
    fs::write(folder.join("hospital.toml"), PACK).unwrap();
    let (items, complaint) = asked(&world, &id);
    assert_eq!((items, complaint.as_str()), (before, ""));
    let row = doctor(&world);
    assert_eq!(row["state"], "works", "{row}");
    let what = row["what"].as_str().unwrap();
    assert!(
        what.starts_with("1 of your own") && what.contains("hospital"),
        "{what}"
    );
}

fn doctor(world: &World) -> serde_json::Value {
    let ran = world.run(&["--json", "doctor"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let mut rows = document["rows"].as_array().unwrap().iter();
    rows.find(|row| row["topic"] == "checklists")
        .unwrap()
        .clone()
}

#[test]
fn a_pack_that_cannot_be_read_is_named_once() {
    let world = World::with("lin");
    fs::create_dir_all(world.path("config/rounds/checklists/folder.toml")).unwrap();
    let ran = world.run(&["plan", "check"]);
    assert_eq!(ran.status, 2, "{ran}");
    assert_eq!(ran.stderr.matches("folder.toml").count(), 1, "{ran}");
    assert!(ran.stderr.contains("It cannot be read"), "{ran}");
}
