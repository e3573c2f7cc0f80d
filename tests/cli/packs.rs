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
