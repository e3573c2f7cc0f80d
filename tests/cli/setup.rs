//! Init, the plan's file, copies of everything.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::world::World;

fn mode(world: &World, path: &str) -> u32 {
    fs::metadata(world.path(path)).unwrap().permissions().mode() & 0o777
}

#[test]
fn init_makes_three_files_for_their_owner_only() {
    let world = World::new();
    let ran = world.run(&["init", "--timezone", "Europe/London"]);
    insta::assert_snapshot!(ran, @r"
    status 0
    --- stdout
    The plan is [HOME]/config/rounds/plan.toml (preset balanced, Europe/London).
    Settings of this machine are in [HOME]/config/rounds/config.toml.
    The database is [HOME]/data/rounds/rounds.db.
    Next: `rounds up` to run it, `rounds plan show` to read the plan.
    --- stderr
    ");
    assert_eq!(mode(&world, "data/rounds"), 0o700);
    assert_eq!(mode(&world, "data/rounds/rounds.db"), 0o600);
    assert_eq!(
        world.json(&["plan", "check"])["warnings"],
        serde_json::json!([])
    );
}

#[test]
fn init_leaves_an_existing_plan_alone_unless_forced_and_then_keeps_a_copy() {
    let world = World::with("lin");
    world.ok(&["limit", "set", "x", "15m", "per", "day"]);
    let before = world.plan_text();
    let (status, _) = world.error(&["init"]);
    assert_eq!((status, world.plan_text()), (1, before.clone()));
    let made = world.json(&["init", "--preset", "sevilla", "--force"]);
    let copies = made["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1, "{made}");
    assert_eq!(world.read(copies[0].as_str().unwrap()), before);
    assert!(world.plan_text().contains("activity:scan"));
}

#[test]
fn every_preset_is_a_plan_with_what_the_contract_says() {
    let accounts = |preset| World::with(preset).json(&["account", "list"]);
    assert_eq!(accounts("balanced"), serde_json::json!([]));
    let lin = accounts("lin");
    assert_eq!(lin[0]["settings"]["path"], "~/rounds/blog");
    assert_eq!(lin[0]["cadence"].as_array().unwrap().len(), 3);
    assert_eq!(accounts("sevilla")[0]["platform"], "handoff");
}

#[test]
fn a_linked_plan_stays_a_link_and_keeps_its_mode() {
    let world = World::with("balanced");
    let real = world.path("dotfiles-plan.toml");
    fs::rename(world.plan(), &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, world.plan()).unwrap();
    world.ok(&["limit", "set", "all", "5h", "per", "week"]);
    assert!(fs::symlink_metadata(world.plan()).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("5h"));
    assert_eq!(mode(&world, "dotfiles-plan.toml"), 0o640);
}

#[test]
fn an_editor_changes_the_plan_only_into_a_valid_one() {
    let world = World::with("balanced");
    let before = world.plan_text();
    let edit = |script: &str| {
        let output = world
            .command(&["plan", "edit"])
            .env("VISUAL", script)
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!(edit("sed -i s/30m/30x/"), Some(2));
    assert_eq!(world.plan_text(), before);
    assert_eq!(edit("false"), Some(1));
    // What was not taken is opened again.
    assert_eq!(edit("sed -i s/30x/45m/"), Some(0));
    assert_eq!(world.plan_text(), before.replace("30m", "45m"));
}

#[test]
fn backup_and_export_are_new_files_for_their_owner_only() {
    let world = World::with("balanced");
    for command in ["backup", "export"] {
        world.ok(&[command, "copy"]);
        assert_eq!(mode(&world, "work/copy"), 0o600);
        assert!(fs::metadata(world.path("work/copy")).unwrap().len() > 1000);
        assert_eq!(
            world.run(&[command, "copy"]).status,
            1,
            "{command} wrote over a file"
        );
        fs::remove_file(world.path("work/copy")).unwrap();
    }
    assert_eq!(
        fs::read_dir(world.path("work")).unwrap().count(),
        0,
        "something was left"
    );
}
