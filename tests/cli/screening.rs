//! Screening alone: needs no plan, answers line by line.

use serde_json::{Value, json};

use crate::world::World;

#[test]
fn a_text_is_screened_without_init() {
    let world = World::new();
    let answer = world.json(&["screen", "Flu vaccines are here."]);
    assert!(
        answer["verdict"].is_string() && answer["findings"].is_array(),
        "{answer}"
    );
    let from_stdin = world.run_with(&["screen", "-", "--json"], "Flu vaccines are here.\n");
    assert_eq!(
        serde_json::from_str::<Value>(&from_stdin.stdout).unwrap(),
        answer
    );
    assert!(!world.path("config").exists() && !world.path("data").exists());
}

#[test]
fn many_texts_are_answered_in_their_order_and_a_bad_line_counts_at_the_end() {
    let world = World::new();
    let lines = "{\"id\":\"a\",\"text\":\"One.\"}\nnonsense\n{\"id\":\"b\"}\n{\"id\":3,\"text\":\"Two.\",\"lang\":\"en\"}\n";
    let ran = world.run_with(&["screen", "--jsonl", "-"], lines);
    let answers: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<_> = answers.iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(
        (ran.status, ids),
        (1, vec![json!("a"), Value::Null, json!("b"), json!(3)])
    );
    assert!(answers[0]["ms"].is_number() && answers[0]["verdict"].is_string());
    assert!(answers[1]["error"].is_string() && answers[2]["error"].is_string());
    let good = world.run_with(
        &["screen", "--jsonl", "-", "--check"],
        "{\"id\":1,\"text\":\"One.\"}",
    );
    assert_eq!(good.status, 0, "{good}");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let (status, error) = World::new().error(&["screen", "--jsonl", "nowhere.jsonl"]);
    assert_eq!((status, error["file"].as_str()), (1, Some("nowhere.jsonl")));
}
