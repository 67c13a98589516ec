//! Who gets the conversation, by the rules of the group "assignment".

use super::{ESCALATED, Making};
use crate::action::{Action, Reasoned};
use crate::analysis::words::normalize;
use crate::conversation::{Availability, Status};
use crate::ids::TeamId;
use crate::routing::{Assignable, Assignment, Members, Want, Way, anybody_fits, choose_agent};
use crate::rulebook::facts::Facts;
use crate::rulebook::{Choice, Group, Rule, Rulebook, Spoken, Strategy, Then};

/// What came of a rule, and what is to be done for it.
type Made = (Assignment, Vec<Reasoned>);

impl Making<'_> {
    pub(super) fn assign(&mut self, rules: &Rulebook, facts: &Facts<'_>) {
        if let Some(sentence) = self.stays() {
            self.assignment = Some((Assignment::said(sentence), Vec::new()));
            return;
        }
        // The first rule that fails only for now, e.g. because the office is closed.
        let mut later: Option<&Rule> = None;
        for rule in rules.candidates(facts).filter(|rule| rule.group == Group::Assignment) {
            if rule.holds(facts) {
                let because = rule.because(rules, facts);
                match self.perform(rule, &because) {
                    Ok(made) => {
                        self.assignment = Some(made);
                        self.trace(rule, true, because);
                        return;
                    }
                    Err(why) => self.trace(rule, false, format!("{because}; but {why}")),
                }
            } else if later.is_none() && rule.may_hold_later(facts) {
                later = Some(rule);
            }
        }
        if let Some(rule) = later {
            let because = rule.because(rules, facts);
            let open = self.seen.agents.iter().any(|agent| agent.availability == Availability::Online);
            let choice = self.choose(&Want { members: self.members(), ..Want::default() });
            let sentence = if open { format!("Waiting: {because}.") } else { choice.sentence.clone() };
            let nobody = Assignment { chosen: None, sentence, candidates: Vec::new(), ..choice };
            self.assignment = Some(waiting(rule, nobody));
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

    /// Whom the choice is limited to, where the desk told it.
    fn members(&self) -> Option<Members<'_>> {
        let Assignable::Only(who) = self.seen.assignable else { return None };
        Some(Members { inbox: self.seen.conversation.inbox, name: self.seen.inbox_name, who })
    }

    /// What a matching rule's strategy comes to; why not, where it names nobody who may be given it.
    fn perform(&self, rule: &Rule, because: &str) -> Result<Made, String> {
        let strategy = rule.then.iter().find_map(|then| match then {
            Then::Assign(strategy) => Some(strategy),
            _ => None,
        });
        let nobody = || "it names nobody of this inbox".to_owned();
        let strategy = strategy.ok_or_else(nobody)?;
        match strategy {
            Strategy::Choose(choice) => self.chosen(rule, choice).ok_or_else(nobody),
            Strategy::Agent(who) => {
                let named = self
                    .seen
                    .agents
                    .iter()
                    .find(|agent| [&agent.name, &agent.email].iter().any(|text| normalize(text) == *who));
                let named = named.ok_or_else(nobody)?;
                // The desk would take it, and show the conversation to nobody: who is not in an inbox does not see it.
                if let Some(why) = self.members().and_then(|members| members.exclude(named.id)) {
                    return Err(format!("{} is {why}", named.name));
                }
                let (turns, standings) = (self.seen.turns, self.seen.standings);
                let mut choice =
                    choose_agent(std::slice::from_ref(named), turns, standings, &Want::default());
                if choice.chosen.is_some() {
                    choice.sentence = format!("Routed to {}: {because}.", named.name);
                }
                Ok(routed(rule, choice, None))
            }
            Strategy::Team(team) => Ok(self.given_to_team(rule, *team, because)),
        }
    }

    fn choose(&self, want: &Want<'_>) -> Assignment {
        choose_agent(self.seen.agents, self.seen.turns, self.seen.standings, want)
    }

    fn chosen(&self, rule: &Rule, choice: &Choice) -> Option<Made> {
        let spoken = self.seen.analysis.language.code.as_deref();
        let of_the_message: Vec<String> =
            self.seen.analysis.categories.iter().map(|tag| normalize(&tag.name)).collect();
        let topics = if choice.skills.is_empty() { &of_the_message } else { &choice.skills };
        let want = Want {
            way: choice.way,
            members: self.members(),
            team: choice.team,
            skills: &choice.skills,
            language: match &choice.language {
                None => None,
                Some(Spoken::Match) => spoken,
                Some(Spoken::Code(code)) => Some(code),
            },
            topics: if choice.way == Way::Skills { topics } else { &[] },
            spoken,
        };
        if choice.asks() && !anybody_fits(self.seen.agents, self.seen.standings, &want) {
            return None;
        }
        Some(routed(rule, self.choose(&want), choice.team))
    }

    /// A team that somebody gave it to stays: only an escalation takes it away, and only once.
    fn given_to_team(&self, rule: &Rule, team: TeamId, because: &str) -> Made {
        let conversation = self.seen.conversation;
        let is_escalated = conversation.labels.iter().any(|label| label == ESCALATED[0]);
        if let Some(there) = &conversation.team
            && (there.id == team || !rule.hands_over() || is_escalated)
        {
            let sentence = format!("Left with the team {}: already given.", there.name);
            return (Assignment::said(sentence), Vec::new());
        }
        let sentence = format!("Given to team {team}: {because}.");
        let because = sentence.clone();
        let reasoned = Reasoned { action: Action::AssignTeam { team }, rule: rule.id.clone(), because };
        (Assignment::said(sentence), vec![reasoned])
    }
}

fn routed(rule: &Rule, choice: Assignment, team: Option<TeamId>) -> Made {
    let Some(first) = choice.candidates.first() else { return waiting(rule, choice) };
    let reasoned = |action| Reasoned { action, rule: rule.id.clone(), because: choice.sentence.clone() };
    // The team first: setting one takes the conversation from whoever is not in it.
    let mut actions: Vec<Reasoned> =
        team.map(|team| reasoned(Action::AssignTeam { team })).into_iter().collect();
    actions.push(reasoned(Action::AssignAgent { agent: first.agent, name: first.name.clone() }));
    (choice, actions)
}

fn waiting(rule: &Rule, choice: Assignment) -> Made {
    let reasoned =
        Reasoned { action: Action::AwaitAgent, rule: rule.id.clone(), because: choice.sentence.clone() };
    (choice, vec![reasoned])
}
