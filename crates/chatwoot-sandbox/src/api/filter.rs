//! The filter language of conversations: conditions joined by `and` and `or`, without grouping.

use serde_json::Value;

use super::params::Members;
use crate::model::{Conversation, Map, Priority};
use crate::refusal::Refusal;

/// The keys Chatwoot knows; the sandbox evaluates those that its conversations have.
const KEYS: &str = "status,assignee_id,inbox_id,team_id,contact_id,priority,display_id,campaign_id,labels,\
                    browser_language,conversation_language,referer,created_at,last_activity_at,mail_subject";

#[derive(Debug)]
pub(super) struct Condition {
    key: String,
    operator: Operator,
    values: Vec<String>,
    /// How this condition is joined to the next one.
    or: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    EqualTo,
    NotEqualTo,
    Contains,
    DoesNotContain,
    IsPresent,
    IsNotPresent,
}

pub(super) fn parse(payload: Option<&Value>) -> Result<Vec<Condition>, Refusal> {
    let conditions = payload.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    conditions.iter().filter_map(Value::as_object).map(condition).collect()
}

fn condition(given: &Map) -> Result<Condition, Refusal> {
    let key = given.text("attribute_key").unwrap_or_default();
    if !KEYS.split(',').any(|known| known == key) {
        let text = format!(
            "Invalid attribute key - [{key}]. The key should be one of [{KEYS}] or a custom attribute defined in \
             the account."
        );
        return Err(Refusal::Unprocessable(text));
    }
    let operator = match given.text("filter_operator").unwrap_or_default().as_str() {
        "equal_to" => Operator::EqualTo,
        "not_equal_to" => Operator::NotEqualTo,
        "contains" => Operator::Contains,
        "does_not_contain" => Operator::DoesNotContain,
        "is_present" => Operator::IsPresent,
        "is_not_present" => Operator::IsNotPresent,
        other => {
            return Err(Refusal::Unprocessable(format!(
                "Invalid operator. {other} is not allowed for {key}"
            )));
        }
    };
    let values = match given.get("values") {
        Some(Value::Array(values)) => values.iter().map(word).collect(),
        Some(value) => vec![word(value)],
        None => Vec::new(),
    };
    let or = given.text("query_operator").is_some_and(|word| word.eq_ignore_ascii_case("or"));
    Ok(Condition { key, operator, values, or })
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// As in SQL, `and` binds tighter than `or`.
pub(super) fn holds(conditions: &[Condition], row: &Conversation) -> bool {
    conditions.split_inclusive(|c| c.or).any(|group| group.iter().all(|condition| condition.holds(row)))
        || conditions.is_empty()
}

impl Condition {
    fn holds(&self, row: &Conversation) -> bool {
        let found = self.found_in(row);
        let wanted = |value: &String| self.values.contains(value);
        let within = |value: &String| self.values.iter().any(|part| value.contains(part.as_str()));
        match self.operator {
            Operator::EqualTo => found.iter().any(wanted),
            Operator::NotEqualTo => !found.iter().any(wanted),
            Operator::Contains => found.iter().any(within),
            Operator::DoesNotContain => !found.iter().any(within),
            Operator::IsPresent => !found.is_empty(),
            Operator::IsNotPresent => found.is_empty(),
        }
    }

    fn found_in(&self, row: &Conversation) -> Vec<String> {
        let number = |id: Option<i64>| id.map(|id| id.to_string()).into_iter().collect();
        let attribute = |name: &str| row.additional_attributes.text(name).into_iter().collect();
        match self.key.as_str() {
            "status" => vec![row.status.to_string()],
            "priority" => row.priority.map(Priority::as_str).map(str::to_owned).into_iter().collect(),
            "assignee_id" => number(row.assignee_user()),
            "inbox_id" => number(Some(row.inbox_id)),
            "team_id" => number(row.team_id),
            "contact_id" => number(Some(row.contact_id)),
            "display_id" => number(Some(row.id)),
            "labels" => row.labels.clone(),
            name => attribute(name),
        }
    }
}
