//! The walk through `/api/support/metrics`: each number and each `null` of the answer, by its path.

use super::oracle::{Oracle, Period, is_of_the_moment};
use super::{real, same};
use serde_json::Value;
use std::collections::BTreeSet;

const GROUPS: [(&str, &str); 8] = [
    ("inboxes", "inbox"),
    ("channels", "channel"),
    ("teams", "team"),
    ("agents", "agent"),
    ("labels", "label"),
    ("categories", "category"),
    ("hours", "hour"),
    ("days", "day"),
];
/// Upper ends of the classes of first responses, in seconds.
const ENDS: [f64; 8] = [60.0, 300.0, 900.0, 1800.0, 3600.0, 14_400.0, 28_800.0, 86_400.0];
/// What the product wants of drafts.
pub(super) const GOALS: [(&str, f64); 3] =
    [("drafts.approved", 0.8), ("drafts.edited", 0.15), ("drafts.rejected", 0.05)];

/// Every number of an answer, and that nothing is left out; answers how many there were.
pub(super) fn check(answer: &Value, oracle: &Oracle<'_>, period: Period) -> usize {
    let mut leaves = Vec::new();
    collect(answer, &mut Vec::new(), &mut leaves);
    let data = &answer["data"];
    for (path, told) in &leaves {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let Some((&"data", path)) = path.split_first() else { panic!("a number at {path:?}") };
        let theirs = expected(path, data, oracle, period);
        assert!(same(*told, theirs), "{path:?}: {told:?}, recomputed {theirs:?}");
    }
    for (groups, dimension) in GROUPS {
        let told: BTreeSet<String> =
            data[groups].as_array().unwrap().iter().map(|group| word(&group["key"])).collect();
        assert_eq!(told, oracle.keys(dimension, period), "{groups}");
        for group in data[groups].as_array().unwrap() {
            let name = oracle.kept.name(dimension, &word(&group["key"])).replace(' ', "_");
            assert_eq!(word(&group["label"]).replace(' ', "_"), name);
        }
    }
    let told: BTreeSet<String> =
        data["issues"].as_array().unwrap().iter().map(|issue| word(&issue["name"])).collect();
    let seen = oracle.categories().into_iter().filter(|category| !oracle.seen(category, period).is_empty());
    assert_eq!(told, seen.collect());
    leaves.len()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(super) fn collect(value: &Value, path: &mut Vec<String>, leaves: &mut Vec<(Vec<String>, Option<f64>)>) {
    let mut within = |step: String, value: &Value| {
        path.push(step);
        collect(value, path, leaves);
        path.pop();
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| within(key.clone(), value)),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(place, value)| within(place.to_string(), value))
        }
        Value::Number(number) => leaves.push((path.clone(), number.as_f64())),
        Value::Null => leaves.push((path.clone(), None)),
        Value::Bool(_) | Value::String(_) => {}
    }
}

/// What stands at a path, computed anew; panics where nobody knows.
fn expected(path: &[&str], data: &Value, oracle: &Oracle<'_>, period: Period) -> Option<f64> {
    let place = |step: &str| step.parse::<usize>().unwrap();
    let count = |count: usize| Some(real(i64::try_from(count).unwrap()));
    match path {
        ["period", "since"] => Some(real(period.since)),
        ["period", "until"] => Some(real(period.until)),
        ["period", "compared_with"] => count(oracle.earlier(period).len()),
        ["ratings", rating] => count(oracle.rated(period, i64::try_from(place(rating)).unwrap() + 1)),
        ["first_responses", "ends", end] => Some(ENDS[place(end)]),
        ["first_responses", "counts", class] => {
            let class = place(class);
            let from = class.checked_sub(1).map_or(f64::MIN, |before| ENDS[before]);
            count(oracle.responses(period, from, ENDS.get(class).copied().unwrap_or(f64::MAX)))
        }
        ["peak_hours", day, hour] => {
            count(oracle.began_at(period, day.parse().unwrap(), hour.parse().unwrap()))
        }
        ["issues", issue, rest @ ..] => {
            let name = word(&data["issues"][place(issue)]["name"]);
            of_issue(&name, rest, oracle, period)
        }
        [groups, group, "figures", figure] if GROUPS.iter().any(|(name, _)| name == groups) => {
            let (_, dimension) = GROUPS.iter().find(|(name, _)| name == groups).unwrap();
            let key = word(&data[*groups][place(group)]["key"]);
            oracle.value(figure, period, &[((*dimension).to_owned(), key)])
        }
        [section, figure, rest @ ..] => {
            let figure = format!("{section}.{figure}");
            match rest {
                ["value"] => oracle.value(&figure, period, &[]),
                ["previous"] if is_of_the_moment(&figure) => None,
                ["previous"] => oracle.value(&figure, oracle.before(period), &[]),
                ["goal"] => GOALS.iter().find(|(of, _)| *of == figure).map(|(_, goal)| *goal),
                ["usual", ..] => part_of_usual(rest, oracle.usual_of(&figure, period)),
                other => panic!("{figure}: {other:?}: nobody recomputes it"),
            }
        }
        other => panic!("{other:?}: nobody recomputes it"),
    }
}

/// A part of what is usual, or that there is no such thing.
fn part_of_usual(path: &[&str], usual: Option<[f64; 4]>) -> Option<f64> {
    let part = |place: usize| Some(usual.expect("something is called usual")[place]);
    match path {
        ["usual"] => usual.map(|_| f64::NAN),
        ["usual", "low"] => part(0),
        ["usual", "median"] => part(1),
        ["usual", "high"] => part(2),
        ["usual", "periods"] => part(3),
        other => panic!("{other:?}: nobody recomputes it"),
    }
}

pub(super) fn of_issue(name: &str, path: &[&str], oracle: &Oracle<'_>, period: Period) -> Option<f64> {
    let seen = |period| oracle.seen(name, period);
    let number = |count: usize| real(i64::try_from(count).unwrap());
    let (now, before) = (number(seen(period).len()), number(seen(oracle.before(period)).len()));
    match path {
        ["count"] => Some(now),
        ["previous"] => Some(before),
        ["growth"] => (before > 0.0).then(|| now / before - 1.0),
        ["share"] => {
            let any: BTreeSet<i64> =
                oracle.categories().iter().flat_map(|category| oracle.seen(category, period)).collect();
            Some(now / number(any.len()))
        }
        ["examples", example] => {
            let newest: Vec<i64> = seen(period).into_iter().rev().take(5).collect();
            Some(real(newest[example.parse::<usize>().unwrap()]))
        }
        ["usual", ..] => {
            part_of_usual(path, oracle.usual(period, |earlier| Some(number(seen(earlier).len()))))
        }
        other => panic!("an issue's {other:?}: nobody recomputes it"),
    }
}
