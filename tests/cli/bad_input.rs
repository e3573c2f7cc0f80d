//! Bad input: a clear error with its status, and nothing changed.

use std::fs;

use crate::world::World;

#[test]
fn without_a_plan_every_command_says_how_to_begin() {
    let world = World::new();
    let ran = world.run(&["limit", "list"]);
    insta::assert_snapshot!(ran, @r"
    status 2
    --- stdout
    --- stderr
    rounds: There is no plan yet.
    Hint: run `rounds init`, or `rounds up`
    ");
    for command in [
        &["time", "report"][..],
        &["plan", "check"],
        &["plan", "show"],
        &["audit", "verify"],
    ] {
        let (status, error) = world.error(command);
        assert_eq!(
            (status, error["kind"].as_str()),
            (2, Some("config")),
            "{command:?}"
        );
    }
    assert!(!world.path("data/rounds/rounds.db").exists());
}

/// Lines that are wrong usage (`~` is a space inside a word), with what the error has to name.
const WORDS: [(&str, &str); 34] = [
    ("limit set all 4 per week", "4"),
    ("limit set all soon per week", "soon"),
    ("limit set all 0s per week", "0s"),
    ("limit set all 4h per fortnight", "fortnight"),
    ("limit set write 4h per week", "activity:write"),
    ("limit set activity:reading 4h per week", "reading"),
    (
        "limit override all 4h per week --from 2026-13-01 --until 2026-12-01",
        "2026-13-01",
    ),
    (
        "limit override all 4h per week --from 2026-05-07 --until 2026-05-05",
        "before",
    ),
    ("time log 15 --site x", "15"),
    ("time log 15m --site nowhere", "nowhere"),
    ("time log 15m --site x --at 25:00", "25:00"),
    ("time log 15m --site x --at 8", "8"),
    ("time log 15m", "--site"),
    ("time report --from -7", "-7"),
    ("conference add C --from today --until yesterday", "before"),
    ("engagement add C --cron 61~*~*~*~* --length 1h", "61"),
    ("engagement add C --cron 0~0~31~2~* --length 1h", "never"),
    (
        "engagement add C --cron 0~20~*~*~Sun --length 1h --site nowhere",
        "nowhere",
    ),
    ("account add n --platform folder", "--path"),
    ("account add n --platform myspace", "myspace"),
    (
        "account add n --platform folder --path /tmp/n --pack nowhere",
        "nowhere",
    ),
    (
        "account add n --platform folder --path /tmp/n --cadence often",
        "often",
    ),
    (
        "account add n --platform folder --path /tmp/n --slot daily",
        "daily",
    ),
    (
        "account add n --platform folder --path /tmp/n --set password=x",
        "secret",
    ),
    ("account add a,b --platform folder --path /tmp/n", "a,b"),
    (
        "consent add R-1 --platform nowhere --shows x --signed-on today",
        "nowhere",
    ),
    (
        "consent add R-1 --platform blog --shows x --signed-on +1d",
        "future",
    ),
    ("post add x --to blog --repost foo", "foo"),
    ("post add x --to blog --quote http://", "https://"),
    ("post add x --to blog --reply-to @someone", "@someone"),
    (
        "conference add ~ --from today --until +2d",
        "\"A name is missing",
    ),
    ("init --timezone Europe/Lundun --force", "Europe/Lundun"),
    ("frobnicate", "frobnicate"),
    ("limit set", "required"),
];

#[test]
fn words_that_are_not_understood_change_nothing() {
    let world = World::with("lin");
    let before = world.plan_text();
    for (line, word) in WORDS {
        let words: Vec<_> = line.split(' ').map(|word| word.replace('~', " ")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (status, error) = world.error(&words);
        assert_eq!(status, 2, "{line}: {error}");
        assert!(error.to_string().contains(word), "{line}: {error}");
    }
    assert_eq!(world.plan_text(), before);
    assert_eq!(
        world.json(&["time", "report", "--from", "-2y"])["total_s"],
        0
    );
    assert_eq!(world.json(&["consent", "list"]), serde_json::json!([]));
}

#[test]
fn what_is_not_built_says_so() {
    let world = World::with("balanced");
    let line = "account add m --platform mastodon --server https://m.example";
    let (status, error) = world.error(&line.split(' ').collect::<Vec<_>>());
    assert_eq!(status, 1, "{line}");
    assert!(
        error["message"].as_str().unwrap().contains("not built yet"),
        "{error}"
    );
}

#[test]
fn a_damaged_plan_is_told_with_file_line_and_field() {
    let world = World::with("balanced");
    let text = world.plan_text().replace("time = \"30m\"", "time = \"30\"");
    let line = text
        .lines()
        .position(|line| line == "time = \"30\"")
        .unwrap()
        + 1;
    fs::write(world.plan(), &text).unwrap();
    for command in [
        &["limit", "set", "all", "4h", "per", "week"][..],
        &["plan", "check"],
    ] {
        let (status, error) = world.error(command);
        assert_eq!(
            (status, error["kind"].as_str(), error["line"].as_u64()),
            (2, Some("config"), Some(line as u64))
        );
        assert!(
            error["message"].as_str().unwrap().contains("limits.time"),
            "{error}"
        );
        assert!(
            error["file"].as_str().unwrap().ends_with("plan.toml"),
            "{error}"
        );
    }
    let ran = world.run(&["plan", "check"]);
    let place = format!("rounds: [HOME]/config/rounds/plan.toml:{line}: limits.time:");
    assert!(ran.stderr.starts_with(&place), "{ran}");
    assert_eq!(world.plan_text(), text);
}

#[test]
fn every_fault_of_a_plan_is_told_in_one_go() {
    let world = World::with("lin");
    let good = world.plan_text();
    let text = good
        .replace("time = \"4h\"", "time = \"4\"")
        .replace("Tue,Fri", "Tue,Fry")
        .replace("[quiet]", "[quite]");
    let line = |with: &str| 1 + text.lines().position(|line| line.contains(with)).unwrap();
    let wrong = ["time = \"4\"", "[quite]", "Fry"].map(line);
    let file = world.path("work/other.toml");
    fs::write(&file, &text).unwrap();
    let ran = world.run(&["plan", "check", "other.toml"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert_eq!(ran.stderr.matches("Hint: ").count(), 3, "{ran}");
    let (status, error) = world.error(&["plan", "check", "other.toml"]);
    let also = error["also"].as_array().unwrap();
    let mut lines = vec![error["line"].as_u64().unwrap() as usize];
    lines.extend(
        also.iter()
            .map(|one| one["line"].as_u64().unwrap() as usize),
    );
    let mut expected = wrong;
    expected.sort_unstable();
    assert_eq!((status, lines.as_slice()), (2, &expected[..]), "{error}");
    for line in expected {
        let place = format!("other.toml:{line}: ");
        assert!(ran.stderr.contains(&place), "{place}: {ran}");
    }
    // An edit tells them alike, and where the text is kept once, at the end.
    let script = format!("cp {}", file.display());
    let edited = world.run_env(&["plan", "edit"], &[("VISUAL", script.as_str())]);
    assert_eq!(edited.status, 2, "{edited}");
    assert_eq!(edited.stderr.matches("Hint: ").count(), 3, "{edited}");
    assert_eq!(edited.stderr.matches("plan edit").count(), 1, "{edited}");
    assert_eq!(world.plan_text(), good);
}

#[test]
fn a_plan_that_is_no_text_is_told_with_the_byte_and_the_line() {
    let world = World::with("balanced");
    let mut bytes = world.plan_text().into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'[').unwrap();
    // What an old editor makes of an accented letter.
    bytes.splice(at..at, *b"# M\xE9dico\n");
    let line = bytes[..at].split(|byte| *byte == b'\n').count();
    fs::write(world.path("work/old.toml"), &bytes).unwrap();
    let (status, error) = world.error(&["plan", "check", "old.toml"]);
    assert_eq!((status, error["line"].as_u64()), (2, Some(line as u64)));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("0xE9"), "{error}");
    assert!(message.contains(&(at + 4).to_string()), "{error}");
    fs::write(world.plan(), &bytes).unwrap();
    for command in [
        &["status"][..],
        &["plan", "show"],
        &["limit", "set", "all", "1h", "per", "day"],
    ] {
        assert_eq!(world.error(command).0, 2, "{command:?}");
    }
    assert_eq!(fs::read(world.plan()).unwrap(), bytes);
}

#[test]
fn a_wrong_config_is_told_with_its_line() {
    let world = World::with("balanced");
    fs::write(
        world.path("config/rounds/config.toml"),
        "[dashboard]\nlissen = \"x\"\n",
    )
    .unwrap();
    let (status, error) = world.error(&["limit", "list"]);
    assert_eq!((status, error["line"].as_u64()), (2, Some(2)), "{error}");
}

#[test]
fn settings_that_would_be_ignored_are_refused_in_the_file_and_in_variables() {
    let world = World::with("balanced");
    let file = world.path("config/rounds/config.toml");
    fs::write(&file, "[storage]\n\nurl = \"postgres://me:secret@x\"\n").unwrap();
    let (status, error) = world.error(&["status"]);
    assert_eq!((status, error["line"].as_u64()), (2, Some(3)), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("storage.url: "), "{error}");
    assert!(message.contains("not built yet"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    fs::write(&file, b"[dashboard]\n# caf\xE9\n").unwrap();
    let (status, error) = world.error(&["status"]);
    assert_eq!((status, error["line"].as_u64()), (2, Some(2)), "{error}");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let (_, error) = world.error(&["status"]);
    assert!(error["help"].as_str().unwrap().contains("move it away"));
    fs::remove_dir(&file).unwrap();
    for (name, value) in [
        ("ROUNDS_STORAGE_URL", "postgres://x"),
        ("ROUNDS_SENSORS_USE", "bogus"),
        ("ROUNDS_DASHBOARD_LISTEN", "0.0.0.0:80"),
        ("ROUNDS_RECEIVER_LISTEN", "here"),
    ] {
        let ran = world.run_env(&["status"], &[(name, value)]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(&format!("{name}: ")), "{ran:?}");
        assert!(ran.stderr.contains("Hint:"), "{ran:?}");
    }
    let allowed = [
        ("ROUNDS_RECEIVER_LISTEN", "off"),
        ("ROUNDS_DASHBOARD_LISTEN", "127.0.0.1:0"),
    ];
    assert_eq!(world.run_env(&["status"], &allowed).status, 0);
}

#[test]
fn a_damaged_or_newer_database_is_left_alone() {
    let world = World::with("balanced");
    let file = world.path("data/rounds/rounds.db");
    for side in ["-wal", "-shm"] {
        let _ = fs::remove_file(world.path(&format!("data/rounds/rounds.db{side}")));
    }
    let mut newer = fs::read(&file).unwrap();
    // The header's user version, a number of four bytes.
    newer[60..64].copy_from_slice(&999_u32.to_be_bytes());
    for (bytes, word) in [
        (newer.as_slice(), "newer version"),
        (&b"not a database at all"[..], "damaged"),
    ] {
        fs::write(&file, bytes).unwrap();
        let (status, error) = world.error(&["time", "log", "15m", "--site", "x"]);
        assert_eq!(status, 1, "{error}");
        assert!(error["message"].as_str().unwrap().contains(word), "{error}");
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }
}

#[test]
fn a_file_where_a_folder_should_be_is_told() {
    let world = World::new();
    fs::write(world.path("data"), "in the way").unwrap();
    let (status, error) = world.error(&["init"]);
    assert_eq!(status, 1, "{error}");
    assert!(
        error["file"].as_str().unwrap().ends_with("data/rounds"),
        "{error}"
    );
    assert!(!world.plan().exists());
}

#[test]
fn wrong_usage_shows_the_right_one() {
    let ran = World::new().run(&["limit", "lst"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("'list'"), "{ran}");
    assert_eq!(World::new().run(&[]).status, 2);
    assert_eq!(World::new().run(&["--help"]).status, 0);
    assert_eq!(World::new().run(&["--version"]).status, 0);
}
