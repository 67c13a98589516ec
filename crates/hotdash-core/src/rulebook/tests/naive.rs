//! The one pass over a message concludes what rule after rule, word after word would.

use crate::analysis::Analyzer;
use crate::analysis::words::{Haystack, Hit};
use crate::decide::tests::{conversation, message};
use crate::decide::{Snapshot, decide, explain};
use crate::hours::Hours;
use crate::ids::InboxId;
use crate::rulebook::Rulebook;
use proptest::prelude::*;

const WORDS: [&str; 12] = [
    "refund", "money", "back", "urgent", "not", "never", "order", "late", "please", "but", "damaged", "again",
];
const NOON: &str = "2026-11-23T12:00:00Z";
const NIGHT: &str = "2026-11-23T23:00:00Z";

/// A condition as these tests understand it, without looking at the grammar.
#[derive(Debug, Clone)]
enum Asked {
    Says {
        phrases: Vec<Vec<usize>>,
        not: bool,
        denied: &'static str,
    },
    /// Two words somewhere after one another.
    Pattern(usize, usize),
    Inbox(i64, bool),
    Open,
    Longer(usize),
    All(Vec<Asked>),
    Any(Vec<Asked>),
    None(Vec<Asked>),
}

fn phrase() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..WORDS.len(), 1..3)
}

fn asked() -> impl Strategy<Value = Asked> {
    let says = (
        prop::collection::vec(phrase(), 1..4),
        any::<bool>(),
        prop::sample::select(vec!["skip", "count", "only"]),
    )
        .prop_map(|(phrases, not, denied)| Asked::Says { phrases, not, denied });
    let one = prop_oneof![
        6 => says,
        1 => (0..WORDS.len(), 0..WORDS.len()).prop_map(|(a, b)| Asked::Pattern(a, b)),
        2 => (1_i64..3, any::<bool>()).prop_map(|(inbox, not)| Asked::Inbox(inbox, not)),
        1 => Just(Asked::Open),
        1 => (0_usize..5).prop_map(Asked::Longer),
    ];
    one.prop_recursive(3, 12, 3, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            parts().prop_map(Asked::All),
            parts().prop_map(Asked::Any),
            parts().prop_map(Asked::None),
        ]
    })
}

impl Asked {
    fn toml(&self) -> String {
        let parts = |parts: &[Self]| parts.iter().map(Self::toml).collect::<Vec<_>>().join(", ");
        let said = |words: &[usize]| words.iter().map(|w| WORDS[*w]).collect::<Vec<_>>().join(" ");
        match self {
            Self::Says { phrases, not, denied } => {
                let phrases: Vec<String> = phrases.iter().map(|p| format!("'{}'", said(p))).collect();
                let operator = if *not { "none_of" } else { "any_of" };
                format!("{{ type = 'keyword', {operator} = [{}], denied = '{denied}' }}", phrases.join(", "))
            }
            Self::Pattern(a, b) => {
                format!("{{ type = 'regex', matches = '\\b{}\\b.*\\b{}\\b' }}", WORDS[*a], WORDS[*b])
            }
            Self::Inbox(inbox, not) => {
                format!("{{ type = 'inbox', {} = {inbox} }}", if *not { "not_equals" } else { "equals" })
            }
            Self::Open => "{ type = 'time', equals = 'business_hours' }".to_owned(),
            Self::Longer(count) => format!("{{ type = 'message_count', gt = {count} }}"),
            Self::All(all) => format!("{{ all = [{}] }}", parts(all)),
            Self::Any(any) => format!("{{ any = [{}] }}", parts(any)),
            Self::None(none) => format!("{{ none = [{}] }}", parts(none)),
        }
    }

    fn holds(&self, said: &Said<'_>) -> bool {
        match self {
            Self::Says { phrases, not, denied } => {
                phrases.iter().any(|phrase| said.says(phrase, denied)) != *not
            }
            Self::Pattern(a, b) => {
                let places = |word: usize| {
                    said.text.tokens.iter().enumerate().filter(move |(_, t)| t.text == WORDS[word])
                };
                places(*a).any(|(first, _)| places(*b).any(|(second, _)| second > first))
            }
            Self::Inbox(inbox, not) => (said.inbox == *inbox) != *not,
            Self::Open => said.open,
            Self::Longer(count) => said.count > *count,
            Self::All(all) => all.iter().all(|part| part.holds(said)),
            Self::Any(any) => any.iter().any(|part| part.holds(said)),
            Self::None(none) => !none.iter().any(|part| part.holds(said)),
        }
    }
}

struct Said<'a> {
    text: &'a Haystack,
    code: Option<&'a str>,
    inbox: i64,
    open: bool,
    count: usize,
}

impl Said<'_> {
    fn says(&self, phrase: &[usize], denied: &str) -> bool {
        let tokens = &self.text.tokens;
        (0..tokens.len()).any(|first| {
            let last = first + phrase.len() - 1;
            let here = tokens.get(first..=last).is_some_and(|said| {
                said.iter().zip(phrase).all(|(t, w)| t.text == WORDS[*w] && t.sentence == said[0].sentence)
            });
            here && {
                let hit = Hit { owner: 0, first, last };
                let is_denied = Analyzer::shipped().denial(self.text, self.code).reaches(hit);
                match denied {
                    "skip" => !is_denied,
                    "only" => is_denied,
                    _ => true,
                }
            }
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_pass_matches_what_rule_after_rule_would(
        rules in prop::collection::vec((asked(), 0_i64..4), 1..12),
        words in prop::collection::vec((0..WORDS.len(), 0_usize..8), 0..14),
        inbox in 1_i64..3,
        open in any::<bool>(),
        count in 1_usize..6,
    ) {
        let text: String = words
            .iter()
            .map(|(word, end)| format!("{}{} ", WORDS[*word], match end { 0 => ".", 1 => ",", _ => "" }))
            .collect();
        let file: String = rules
            .iter()
            .enumerate()
            .map(|(id, (asked, priority))| format!(
                "[[rule]]\nid = 'r{id}'\ngroup = 'tags'\npriority = {priority}\nthen = {{ tag = 't{id}' }}\nwhen = {}\n",
                asked.toml(),
            ))
            .collect();
        let (book, problems) = Rulebook::parse(&[("generated", &file)]);
        prop_assert_eq!(problems, []);
        let mut conversation = conversation();
        conversation.inbox = InboxId(inbox);
        let message = message(&text);
        let (analysis, hours) = (Analyzer::shipped().analyze(&text), Hours::shipped());
        let snapshot = Snapshot {
            message_count: count,
            ..Snapshot::of(&conversation, &message, &analysis, &hours)
        };
        let now = if open { NOON } else { NIGHT }.parse().unwrap();

        let code = analysis.language.code.as_deref();
        let said = Said { text: &Haystack::new(&text, &[]), code, inbox, open, count };
        let mut expected: Vec<(i64, usize)> = rules
            .iter()
            .enumerate()
            .filter(|(_, (asked, _))| asked.holds(&said))
            .map(|(id, (_, priority))| (-priority, id))
            .collect();
        expected.sort_unstable();
        let expected: Vec<String> = expected.iter().map(|(_, id)| format!("r{id}")).collect();

        let decision = decide(&book, &snapshot, now);
        let matched: Vec<String> = decision.trace.iter().map(|t| t.rule.to_string()).collect();
        prop_assert_eq!(&matched, &expected, "{} says otherwise to\n{}", text, file);
        // Whoever asks why is told the same.
        let explained = explain(&book, &snapshot, now);
        prop_assert_eq!(explained.len(), rules.len());
        let told: Vec<String> =
            explained.iter().filter(|t| t.matched).map(|t| t.rule.to_string()).collect();
        prop_assert_eq!(&told, &expected);
        for (trace, seen) in explained.iter().map(|t| (t, &t.conditions[0])) {
            prop_assert_eq!(trace.matched, seen.holds);
        }
        for trace in &decision.trace {
            prop_assert!(explained.iter().any(|t| t.rule == trace.rule && t.because == trace.because));
        }
    }
}
