//! Ready answers, and sentences in three languages that a redirect must and must not hold.

use super::*;

#[test]
fn every_ready_answer_points_to_the_channel_and_holds_no_clinical_word() {
    let redirects = Redirects::builtin().unwrap();
    for language in ["en", "es", "ca"] {
        let in_it = redirects.answers.iter().filter(|a| a.language == language);
        assert_eq!(in_it.count(), 3, "{language}");
    }
    for answer in &redirects.answers {
        assert_eq!(answer.text.matches("{channel}").count(), 1, "{}", answer.id);
        assert_eq!(redirects.clinical_in(&answer.text), [], "{}", answer.id);
        assert!(
            answer.text.chars().count() < 260,
            "{} is too long for X",
            answer.id
        );
    }
}

#[test]
fn clinical_words_are_seen_in_three_languages_and_others_are_not() {
    let redirects = Redirects::builtin().unwrap();
    for text in [
        "Take your tablets twice",
        "That sounds like an infection",
        "Ñ: Stop taking it",
        "Tome la pastilla",
        "Sus resultados son normales",
        "Tens febre?",
        "INSULIN",
    ] {
        assert!(!redirects.clinical_in(text).is_empty(), "{text}");
    }
    for text in [
        "Please call the practice.",
        "Campaign for trains",
        "Gràcies",
        "",
    ] {
        assert_eq!(redirects.clinical_in(text), [], "{text}");
    }
}

#[derive(serde::Deserialize)]
struct Reply {
    lang: String,
    clinical: bool,
    text: String,
}

/// The sentences of the first file were written before the rule, those of the second after it.
#[test]
fn orders_and_remarks_about_care_are_seen_and_pointing_the_way_is_not() {
    let redirects = Redirects::builtin().unwrap();
    let before = include_str!("../../../tests/fixtures/redirects/replies.jsonl").lines();
    let after = include_str!("../../../tests/fixtures/redirects/pointing.jsonl").lines();
    let replies: Vec<Reply> = before
        .chain(after)
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told = |reply: &&Reply| redirects.clinical_in(&reply.text).is_empty() == reply.clinical;
    let wrong: Vec<_> = replies
        .iter()
        .filter(told)
        .map(|reply| &reply.text)
        .collect();
    assert_eq!(wrong, Vec::<&String>::new());
    for language in ["en", "es", "ca"] {
        let own = replies.iter().filter(|reply| reply.lang == language);
        assert!(
            own.filter(|reply| reply.clinical).count() > 10,
            "{language}"
        );
    }
}

/// Advice to one person that others wrote for the screen, as nobody has it in mind here.
#[test]
fn advice_written_for_another_test_is_seen() {
    let redirects = Redirects::builtin().unwrap();
    let mut missed = Vec::new();
    let mut all = 0;
    for file in [
        include_str!("../../../tests/fixtures/screening/first-author.jsonl"),
        include_str!("../../../tests/fixtures/screening/first-author-heldout.jsonl"),
        include_str!("../../../tests/fixtures/screening/second-author.jsonl"),
        include_str!("../../../tests/fixtures/screening/third-author.jsonl"),
        include_str!("../../../tests/fixtures/screening/fourth-author.jsonl"),
        include_str!("../../../tests/fixtures/screening/fifth-author.jsonl"),
        include_str!("../../../tests/fixtures/screening/rules-author.jsonl"),
    ] {
        for line in file.lines() {
            let post: serde_json::Value = serde_json::from_str(line).unwrap();
            let labels = post["labels"].as_array().unwrap();
            if labels.iter().any(|label| label == "individual_advice") {
                let text = post["text"].as_str().unwrap().to_owned();
                all += 1;
                if redirects.clinical_in(&text).is_empty() {
                    missed.push(text);
                }
            }
        }
    }
    println!("advice seen: {} of {all}", all - missed.len());
    assert!(all > 50 && missed.len() * 10 <= all, "{missed:#?}");
}

/// A place is told in characters of the text as it was written.
#[test]
fn the_place_is_the_order_with_its_thing() {
    let redirects = Redirects::builtin().unwrap();
    let text = "Gràcies. Posi’s gel i truqui al centre.";
    let places = redirects.clinical_in(text);
    let told = |(start, end): &(usize, usize)| {
        text.chars()
            .skip(*start)
            .take(end - start)
            .collect::<String>()
    };
    assert_eq!(places.iter().map(told).collect::<Vec<_>>(), ["Posi’s gel"]);
}

/// A number with a point in it is one number; a sentence's end parts an order from a thing.
#[test]
fn sentences_end_where_they_end() {
    let redirects = Redirects::builtin().unwrap();
    assert!(!redirects.clinical_in("You can have 2.5 drops.").is_empty());
    assert_eq!(
        redirects.clinical_in("Please try the desk. Water is wet."),
        []
    );
}

fn reply(text: &str, channel: &str) -> Vec<(usize, usize)> {
    Redirects::builtin()
        .unwrap()
        .clinical_beside(text, Some(channel))
}

/// Every ready answer goes with a channel that is called after what it is for.
#[test]
fn a_channel_may_be_called_after_what_it_is_for() {
    let redirects = Redirects::builtin().unwrap();
    for channel in [
        "our diabetes line",
        "the cancer nurses, 01234 567 890",
        "the blood test desk on the second floor",
        "our pain clinic",
        "the vaccination team",
        "the infection ward's own number",
        "la línea de la diabetes",
        "el servicio de vacunas, 93 000 00 00",
        "la unitat del dolor",
    ] {
        assert_eq!(redirects.clinical_in_channel(channel), [], "{channel}");
        for answer in &redirects.answers {
            let text = answer.text.replace("{channel}", channel);
            assert_eq!(reply(&text, channel), [], "{text}");
        }
    }
}

#[test]
fn a_channel_that_orders_or_advises_is_seen() {
    let redirects = Redirects::builtin().unwrap();
    for channel in [
        "our line; stop taking the tablets until then",
        "nobody, take ibuprofen",
        "the practice and keep taking your insulin",
        "us twice a day",
        "500 mg of paracetamol",
        "500mg and our line",
        "the desk; double until Monday",
        "la recepción; descanse hasta el lunes",
        "la farmacia y tome la pastilla",
        "el taulell i prengui la pastilla",
        "the desk, your results are fine",
    ] {
        assert!(
            !redirects.clinical_in_channel(channel).is_empty(),
            "{channel}"
        );
        let text = redirects.answers[0].text.replace("{channel}", channel);
        assert!(!reply(&text, channel).is_empty(), "{text}");
    }
}

/// What stands beside the channel is read as before, and what joins it is part of the reply.
#[test]
fn the_rest_of_the_reply_is_still_read() {
    let channel = "our diabetes line";
    for text in [
        "Please call our diabetes line. Stop taking the tablets.",
        "Your results are in. Please call our diabetes line.",
        "Please call our diabetes line. Ask about diabetes treatment there.",
    ] {
        assert!(!reply(text, channel).is_empty(), "{text}");
    }
}
