//! Learning from few words, and what a model says of itself.

use super::*;

/// Two topics that share no word but their frames.
fn rows() -> Vec<Row> {
    let frames =
        ["I want to know about {}", "{} please", "what about my {}?", "the {} is not there", "hello, {}"];
    let topics = [
        ("parts", ["spark plug", "gasket", "carburettor jet", "brake pad"]),
        ("money", ["invoice", "refund", "payment", "receipt"]),
    ];
    let mut rows = Vec::new();
    for (label, things) in topics {
        for thing in things {
            for frame in frames {
                rows.push(Row { line: 0, text: frame.replace("{}", thing), label: label.to_owned() });
            }
        }
    }
    rows
}

#[test]
fn labels_of_ones_own_are_learned_and_measured_on_messages_kept_apart() {
    let learned = learn(Analyzer::shipped(), Task::Intent, &rows(), 0.25).unwrap();
    assert_eq!((learned.learned_from, learned.measured_on), (30, 10));
    assert_eq!(learned.model.labels(), ["money", "parts"]);
    assert!(learned.model.held_out.as_ref().unwrap().accuracy >= 0.8);
    assert_eq!((&learned.model.without, learned.model.used), (&None, true));
    let analyzer = Analyzer::with_models([learned.model.clone()]);
    let seen = analyzer.analyze("a gasket for my car");
    assert_eq!(seen.intent.learned.unwrap().name, "parts");
    assert_eq!(seen.learned["intent"], learned.model.version());
}

#[test]
fn a_model_that_beats_nothing_is_not_used() {
    let texts = [("Thank you, you are wonderful", "negative"), ("This is terrible, I hate it", "positive")];
    // Labels at random: the words say nothing about them.
    let mut rows = Vec::new();
    for number in 0..40 {
        let (text, label) = texts[number % 2];
        let label = if number % 4 < 2 {
            label
        } else if label == "negative" {
            "positive"
        } else {
            "negative"
        };
        rows.push(Row { line: 0, text: format!("{text} {number}"), label: label.to_owned() });
    }
    let learned = learn(Analyzer::shipped(), Task::Sentiment, &rows, 0.5).unwrap();
    let (with, without) = (learned.model.held_out.clone().unwrap(), learned.model.without.clone().unwrap());
    assert_eq!(learned.model.used, with.macro_f1 > without.macro_f1);
    let kept = Model { used: false, ..learned.model };
    assert!(Analyzer::with_models([kept]).analyze("Hello").learned.is_empty());
}

#[test]
fn a_model_survives_its_file() {
    let model = learn(Analyzer::shipped(), Task::Category, &rows(), 0.2).unwrap().model;
    assert_eq!(Model::from_json(&model.to_json().unwrap()).unwrap(), model);
}

#[test]
fn the_same_examples_give_the_same_model() {
    let learned = || learn(Analyzer::shipped(), Task::Intent, &rows(), 0.2).unwrap().model;
    assert_eq!(learned(), learned());
}

#[test]
fn a_file_that_is_no_model_says_so() {
    assert!(Model::from_json("{}").unwrap_err().contains("no model that hotdash wrote"));
    let json = learn(Analyzer::shipped(), Task::Intent, &rows(), 0.0).unwrap().model.to_json().unwrap();
    let later = json.replace("\"format\": 2", "\"format\": 9");
    assert!(Model::from_json(&later).unwrap_err().contains("learn it again"));
    let torn = json.replacen("\"bias\": [", "\"bias\": [ 0.5,", 1);
    assert!(Model::from_json(&torn).unwrap_err().contains("fit together"));
}

#[test]
fn what_cannot_be_learned_says_why() {
    let problem = |task, rows: &[Row], held_out| {
        learn(Analyzer::shipped(), task, rows, held_out).unwrap_err().to_string()
    };
    assert!(problem(Task::Intent, &[], 0.2).contains("no rows"));
    assert!(problem(Task::Intent, &rows()[..20], 0.2).contains("two labels"));
    assert!(problem(Task::Intent, &rows()[..22], 0.2).contains("at least 5"));
    assert!(problem(Task::Intent, &rows(), 0.9).contains("between 0 and 0.5"));
    assert!(problem(Task::Language, &rows(), 0.2).contains("cannot be learned"));
}
