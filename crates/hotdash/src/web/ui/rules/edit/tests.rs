//! Where a problem is shown.

use super::line_of;
use hotdash_core::rulebook::{Rulebook, SHIPPED};

fn line(text: &str) -> Vec<Option<usize>> {
    let (_, problems) = Rulebook::parse(&[SHIPPED, ("edited rules", text)]);
    problems.iter().map(|problem| line_of(problem, text)).collect()
}

#[test]
fn a_problem_is_shown_at_its_line() {
    let rule = "# ours\n\n[[rule]]\nid = \"a\"\ngroup = \"tags\"\n\
                when = { type = \"intent\", equals = \"qestion\" }\nthen = { tag = [\"x\"] }\n";
    assert_eq!(line(rule), [Some(6)]);
    assert_eq!(line(&rule.replace("qestion", "question").replace("then", "than")), [Some(7), Some(4)]);
}

#[test]
fn what_is_no_toml_is_shown_where_it_stops_being_some() {
    assert_eq!(line("[[rule]]\nid = \"a\"\nwhen = {\n"), [Some(3)]);
}
