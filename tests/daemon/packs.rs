//! Checklist packs that change while the daemon runs: taken up, or refused, and told.

use std::fs;

use crate::home::{ANSWERS, Home, until};

const PACK: &str = "name = \"hospital\"\ntitle = \"Our hospital\"\nversion = \"1\"\n\
    jurisdiction = \"any\"\n[sources.policy]\ntitle = \"Policy 12\"\n[[items]]\n\
    id = \"press-office\"\nquestion = \"Does the press office know?\"\napplies = [\"always\"]\n\
    severity = \"attest\"\nsource = \"policy\"\n";

/// The state of a post as it is written, without a command that looks at it anew.
fn written(home: &Home, id: &str) -> String {
    let database = rusqlite::Connection::open(home.data().join("rounds.db")).unwrap();
    let state = database.query_row("SELECT state FROM posts WHERE id = ?1", [id], |row| {
        row.get(0)
    });
    state.unwrap()
}

fn troubles(home: &Home) -> String {
    home.status()["daemon"]["troubles"].to_string()
}

#[test]
fn a_new_pack_is_taken_up_and_one_with_a_built_in_name_is_refused() {
    let home = Home::with_blog("cooling_off = \"0s\"");
    let plan = fs::read_to_string(home.plan()).unwrap();
    home.write_plan(&format!("{plan}packs = [\"gmc\"]\n"));
    let folder = home.plan().with_file_name("checklists");
    fs::create_dir_all(&folder).unwrap();
    let _daemon = home.daemon_by(&mut home.command(&["-v", "daemon"]));
    let id = home.add("Wash your hands.", "in 6h", &[]);
    let check = [
        &["post", "check", &id],
        &ANSWERS[..],
        &["--attest", "right-account"],
    ]
    .concat();
    home.ok(&check);
    assert_eq!(written(&home, &id), "queued");

    // A file that would take the place of the GMC's questions.
    let forged = PACK.replace("\"hospital\"", "\"gmc\"");
    fs::write(folder.join("gmc.toml"), forged).unwrap();
    until("the refusal", || {
        troubles(&home).contains("gmc.toml:1: name: ").then_some(())
    });
    assert!(troubles(&home).contains("The packs that were in force stay."));
    assert_eq!(written(&home, &id), "queued", "nothing changed");
    fs::remove_file(folder.join("gmc.toml")).unwrap();
    until("peace", || {
        (!troubles(&home).contains("gmc.toml")).then_some(())
    });

    fs::write(folder.join("hospital.toml"), PACK).unwrap();
    until("the word of it", || {
        let said = home.said();
        let mut lines = said.lines();
        lines
            .any(|line| line.contains("packs in force") && line.contains("hospital"))
            .then_some(())
    });
    // Other rules, other answers: the post that was answered under the old ones waits.
    until("the post", || (written(&home, &id) == "held").then_some(()));
    home.write_plan(&format!("{plan}packs = [\"gmc\", \"hospital\"]\n"));
    until("the question", || {
        let post = home.post(&id);
        let mut checks = post["checks"].as_array().unwrap().iter();
        checks
            .any(|check| check["item"] == "press-office")
            .then_some(())
    });
}
