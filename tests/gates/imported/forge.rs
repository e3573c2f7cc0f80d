//! Changing a file as somebody would who wants a post out.

use rounds::posting::audit::GENESIS;
use rounds::posting::post::Content;
use rounds::requests::audit::AuditRow;
use serde_json::{Value, json};

use super::OWNER;

/// Writes the hashes of a file's record anew, as the program would have.
pub(super) fn seal(file: &mut Value) {
    let mut previous = GENESIS.to_owned();
    for (number, row) in file["audit"].as_array_mut().unwrap().iter_mut().enumerate() {
        let sequence = number as u64 + 1;
        row["sequence"] = json!(sequence);
        let told: AuditRow = serde_json::from_value(row.clone()).unwrap();
        let (_, entry, _) = told.into_link();
        previous = entry.unwrap().hash(sequence, &previous);
        row["hash"] = json!(previous);
    }
}

pub(super) fn rows(file: &mut Value) -> &mut Vec<Value> {
    file["audit"].as_array_mut().unwrap()
}

/// Takes entries of these kinds out of a file's record.
pub(super) fn forget(file: &mut Value, kinds: &[&str]) {
    rows(file).retain(|row| !kinds.iter().any(|kind| row["kind"] == *kind));
}

/// Puts a fact of a file's record in place of the one that is there; nothing takes it away.
pub(super) fn tell(file: &mut Value, name: &str, value: Option<&str>) {
    for row in rows(file) {
        let facts = row["facts"].as_array_mut().unwrap();
        match value {
            Some(value) => facts
                .iter_mut()
                .filter(|fact| fact["name"] == name)
                .for_each(|fact| fact["value"] = json!(value)),
            None => facts.retain(|fact| fact["name"] != name),
        }
    }
}

/// Makes the record of a file know the content that now stands in its post.
pub(super) fn know_content(file: &mut Value) {
    let content: Content = serde_json::from_value(file["posts"][0]["content"].clone()).unwrap();
    let hash = content.hash();
    for answers in ["attestations", "disputes"] {
        for answer in file["posts"][0][answers].as_array_mut().unwrap() {
            answer["content_hash"] = json!(hash);
        }
    }
    for name in ["content", "about"] {
        tell(file, name, Some(&hash));
    }
}

/// As if nothing held it any more.
pub(super) fn release(file: &mut Value) {
    let post = &mut file["posts"][0];
    post["state"] = json!({"state": "queued"});
    post["holds"] = json!([]);
    post["wake_at"] = post["due_at"].clone();
    post["second_look"] = json!({
        "by": OWNER, "at": post["created_at"], "content_hash": hash(post),
    });
    post["approval"] = post["second_look"].clone();
}

pub(super) fn hash(post: &Value) -> String {
    let content: Content = serde_json::from_value(post["content"].clone()).unwrap();
    content.hash()
}

/// Answers to everything that core asks, as good as real ones.
pub(super) fn invent_answers(file: &mut Value) {
    let at = file["posts"][0]["created_at"].clone();
    let about = hash(&file["posts"][0]);
    let rules = crate::bench::rules().version().to_owned();
    let items: Vec<String> = crate::bench::rules()
        .packs()
        .all()
        .iter()
        .flat_map(|pack| pack.items.iter().map(|item| item.id.clone()))
        .collect();
    let answer = |item: &String| {
        json!({
            "item": item, "evidence": "https://example.org/study", "by": OWNER,
            "system_user": "lin", "at": at, "content_hash": about, "rules": rules,
        })
    };
    let answers: Vec<Value> = items.iter().map(answer).collect();
    file["account_answers"] = json!({"blog": answers.clone()});
    file["posts"][0]["attestations"] = json!(answers);
    release(file);
}
