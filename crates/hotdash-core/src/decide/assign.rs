//! Who gets the conversation, by the rules of the group "assignment".

use super::{Making, RuleTrace};
use crate::action::{Action, Reasoned};
use crate::analysis::words::normalize;
use crate::conversation::{Availability, Status};
use crate::routing::{Assignment, choose_agent};
use crate::rulebook::condition::{Facts, Verdict};
use crate::rulebook::{Group, Rule, Rulebook, Strategy, Then};

impl Making<'_> {
    pub(super) fn assign(&mut self, rules: &Rulebook, facts: &Facts<'_>) {
        let mut rules = rules.rules.iter().filter(|rule| rule.enabled && rule.group == Group::Assignment);
        if let Some(sentence) = self.stays() {
            let because = sentence.clone();
            self.trace.extend(rules.map(|rule| RuleTrace {
                rule: rule.id.clone(),
                name: rule.name.clone(),
                matched: false,
                because: because.clone(),
            }));
            self.assignment = Some((Assignment::said(sentence), None));
            return;
        }
        // The first rule that fails only for now, e.g. because the office is closed.
        let mut later: Option<(&Rule, Verdict)> = None;
        for rule in rules.by_ref() {
            let verdict = rule.when.judge(facts);
            let chosen = verdict.holds.then(|| self.perform(rule, &verdict)).flatten();
            self.trace(rule, chosen.is_some(), &verdict);
            if let Some(chosen) = chosen {
                self.assignment = Some(chosen);
                break;
            }
            if !verdict.holds && verdict.may_change && later.is_none() {
                later = Some((rule, verdict));
            }
        }
        self.trace.extend(rules.map(|rule| RuleTrace {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            matched: false,
            because: "an earlier rule assigned".to_owned(),
        }));
        if self.assignment.is_none()
            && let Some((rule, verdict)) = later
        {
            let open = self.seen.agents.iter().any(|agent| agent.availability == Availability::Online);
            let choice = choose_agent(self.seen.agents, self.seen.turns);
            let sentence =
                if open { format!("Waiting: {}.", verdict.seen.join("; ")) } else { choice.sentence.clone() };
            self.assignment = Some(waiting(rule, Assignment { chosen: None, sentence, ..choice }));
        }
    }

    /// Why an assignment is left as it is.
    fn stays(&self) -> Option<String> {
        let conversation = self.seen.conversation;
        match &conversation.assignee {
            Some(who) if who.is_bot => Some(format!("Left with {}: a bot has the conversation.", who.name)),
            Some(who) => Some(format!("Left with {}: already assigned.", who.name)),
            None if conversation.status == Status::Pending => {
                Some("Left alone: a bot has the conversation.".to_owned())
            }
            None => None,
        }
    }

    /// What a matching rule's strategy comes to; `None` where it names nobody on this desk.
    fn perform(&self, rule: &Rule, verdict: &Verdict) -> Option<(Assignment, Option<Reasoned>)> {
        let strategy = rule.then.iter().find_map(|then| match then {
            Then::Assign(strategy) => Some(strategy),
            _ => None,
        })?;
        match strategy {
            Strategy::RoundRobin => Some(routed(rule, choose_agent(self.seen.agents, self.seen.turns), self)),
            Strategy::Agent(who) => {
                let named =
                    self.seen.agents.iter().find(|agent| {
                        [&agent.name, &agent.email].iter().any(|text| normalize(text) == *who)
                    })?;
                let mut choice = choose_agent(std::slice::from_ref(named), self.seen.turns);
                if choice.chosen.is_some() {
                    choice.sentence = format!("Routed to {}: {}.", named.name, verdict.seen.join("; "));
                }
                Some(routed(rule, choice, self))
            }
            Strategy::Team(team) => {
                let sentence = format!("Given to team {team}: {}.", verdict.seen.join("; "));
                let reasoned = Reasoned {
                    action: Action::AssignTeam { team: *team },
                    rule: rule.id.clone(),
                    because: sentence.clone(),
                };
                Some((Assignment::said(sentence), Some(reasoned)))
            }
        }
    }
}

fn routed(rule: &Rule, choice: Assignment, making: &Making<'_>) -> (Assignment, Option<Reasoned>) {
    let agent = choice.chosen.and_then(|id| making.seen.agents.iter().find(|agent| agent.id == id));
    match agent {
        Some(agent) => {
            let action = Action::AssignAgent { agent: agent.id, name: agent.name.clone() };
            let because = choice.sentence.clone();
            (choice, Some(Reasoned { action, rule: rule.id.clone(), because }))
        }
        None => waiting(rule, choice),
    }
}

fn waiting(rule: &Rule, choice: Assignment) -> (Assignment, Option<Reasoned>) {
    let reasoned =
        Reasoned { action: Action::AwaitAgent, rule: rule.id.clone(), because: choice.sentence.clone() };
    (choice, Some(reasoned))
}
