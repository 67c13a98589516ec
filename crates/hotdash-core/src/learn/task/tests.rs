//! Labels as people write them.

use super::*;

fn row(label: &str) -> Row {
    Row { line: 7, text: "Hello".to_owned(), label: label.to_owned() }
}

#[test]
fn yes_and_no_may_be_written_in_many_ways() {
    let mut rows = ["Yes", "1", "TRUE", "no", "0", "False"].map(row);
    check_rows(Task::Urgency, &mut rows, None).unwrap();
    let labels: Vec<&str> = rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["true", "true", "true", "false", "false", "false"]);
}

#[test]
fn an_unknown_label_is_named_with_its_line_and_what_there_is() {
    let problem = check_rows(Task::Sentiment, &mut [row("angry")], None).unwrap_err().to_string();
    assert_eq!(
        problem,
        "line 7: \"angry\" is no label of sentiment: write one of negative, neutral, positive"
    );
}

#[test]
fn labels_of_ones_own_are_those_of_the_model() {
    let own = ["cancel_order".to_owned(), "track_order".to_owned()];
    check_rows(Task::Intent, &mut [row("cancel_order")], Some(&own)).unwrap();
    assert!(check_rows(Task::Intent, &mut [row("praise")], Some(&own)).is_err());
    assert!(check_rows(Task::Intent, &mut [row("cancel_order")], None).is_err());
}

#[test]
fn an_escalation_is_measured_as_yes_and_no_or_by_its_kind() {
    let rows = |labels: [&str; 2]| {
        let texts = ["You will hear from my lawyer, I am going to sue you", "Do you have this in red?"];
        texts
            .into_iter()
            .zip(labels)
            .map(|(text, label)| Row { text: text.to_owned(), ..row(label) })
            .collect::<Vec<_>>()
    };
    let analyzer = Analyzer::shipped();
    assert_eq!(examine(analyzer, Task::Escalation, &rows(["true", "false"])).accuracy, 1.0);
    assert_eq!(examine(analyzer, Task::Escalation, &rows(["legal", "none"])).accuracy, 1.0);
}
