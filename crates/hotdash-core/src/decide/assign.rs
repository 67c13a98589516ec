//! Who gets the conversation, by the rules of the group "assignment".

use super::Making;
use crate::action::{Action, Reasoned};
use crate::analysis::words::normalize;
use crate::conversation::{Availability, Status};
use crate::routing::{Assignment, choose_agent};
use crate::rulebook::facts::Facts;
use crate::rulebook::{Group, Rule, Rulebook, Strategy, Then};

impl Making<'_> {
    pub(super) fn assign(&mut self, rules: &Rulebook, facts: &Facts<'_>) {
        if let Some(sentence) = self.stays() {
            self.assignment = Some((Assignment::said(sentence), None));
            return;
        }
        // The first rule that fails only for now, e.g. because the office is closed.
        let mut later: Option<&Rule> = None;
        for rule in rules.candidates(facts).filter(|rule| rule.group == Group::Assignment) {
            if rule.holds(facts) {
                let because = rule.because(rules, facts);
                self.assignment = self.perform(rule, &because);
                if self.assignment.is_some() {
                    self.trace(rule, true, because);
                    return;
                }
                self.trace(rule, false, format!("{because}; but it names nobody of this inbox"));
            } else if later.is_none() && rule.may_hold_later(facts) {
                later = Some(rule);
            }
        }
        if let Some(rule) = later {
            let because = rule.because(rules, facts);
            let open = self.seen.agents.iter().any(|agent| agent.availability == Availability::Online);
            let choice = choose_agent(self.seen.agents, self.seen.turns);
            let sentence = if open { format!("Waiting: {because}.") } else { choice.sentence.clone() };
            self.assignment = Some(waiting(rule, Assignment { chosen: None, sentence, ..choice }));
            self.trace(rule, false, because);
        }
    }

    /// Why an assignment is left as it is.
    pub(super) fn stays(&self) -> Option<String> {
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
    fn perform(&self, rule: &Rule, because: &str) -> Option<(Assignment, Option<Reasoned>)> {
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
                    choice.sentence = format!("Routed to {}: {because}.", named.name);
                }
                Some(routed(rule, choice, self))
            }
            Strategy::Team(team) => {
                let sentence = format!("Given to team {team}: {because}.");
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
