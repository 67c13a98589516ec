//! What a rule that is due does, and what of it must not be done.

use super::robots::robot;
use super::wait::answer_after;
use super::{
    Act, Automation, Cause, Due, LIMIT_RULE, Reason, Refusal, Round, Since, Trigger, Values, next_opening,
    stretch,
};
use crate::action::{Action, Target};
use crate::analysis::Analyzer;
use crate::channel;
use crate::conversation::Status;
use crate::decide::{ESCALATED, Snapshot, notice};
use crate::ids::RuleId;
use crate::rulebook::{Rule, Then};
use jiff::{SignedDuration, Timestamp};

/// A message that was found later than this is not answered automatically any more.
const LATE: SignedDuration = SignedDuration::from_mins(15);
const DAY_S: i64 = 86_400;

impl Round<'_> {
    /// The rule acts now.
    pub(super) fn due_now(
        &mut self,
        rule: &Rule,
        cause: Cause,
        because: String,
        seen: &Snapshot<'_>,
    ) -> Automation {
        let mut made = Made { rule, because: &because, actions: Vec::new(), refused: Vec::new() };
        for then in &rule.then {
            match then {
                Then::Automate(Act::Notify { .. }) if rule.tells_at_once() => {}
                Then::Automate(act) => self.automate(act, &mut made),
                // Of a rule that does not wait the rest is decided with the message.
                _ if !rule.waits() => {}
                Then::Tag(labels) => made.add_labels(labels, seen),
                Then::Prioritise(priority) => {
                    if Some(*priority) > seen.conversation.priority {
                        made.actions.push(Action::SetPriority { priority: *priority });
                    }
                }
                Then::Escalate => made.escalate(seen),
                Then::Hold => made.actions.push(Action::HoldForSecond),
                Then::Note(text) => made.actions.push(Action::Note { text: text.clone() }),
                Then::NoDraft | Then::Assign(_) => {}
            }
        }
        let Made { actions, refused, .. } = made;
        let is_refused = actions.is_empty() && !refused.is_empty();
        Automation {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            // What a message was refused must not use up what another may have.
            cause: match cause {
                Cause::Conversation | Cause::Period(_) if is_refused => Cause::Message(self.seen.message.id),
                cause => cause,
            },
            due: if is_refused { Due::Refused } else { Due::Now },
            actions,
            refused,
            because,
        }
    }

    fn automate(&mut self, act: &Act, made: &mut Made<'_>) {
        match act {
            Act::Notify { to, text } => {
                let id = self.seen.conversation.id;
                made.actions.push(notice(made.rule, id, made.because, to, text.as_deref()));
            }
            Act::SnoozeUntilOpening => match next_opening(self.seen.hours, self.now) {
                Some(until) => self.close(Action::Snooze { until }, "snooze", made),
                None => made.refuse("snooze", Reason::NoText, "nobody knows when the team opens next"),
            },
            Act::SnoozeMinutes(minutes) => {
                let until = self.now.checked_add(SignedDuration::from_mins(*minutes)).unwrap_or(self.now);
                self.close(Action::Snooze { until }, "snooze", made);
            }
            Act::Resolve => self.close(Action::Resolve, "resolve", made),
            Act::Template(name) => self.template(name, made),
        }
    }

    /// Snooze or resolve, unless the message behind it is history.
    fn close(&self, action: Action, name: &str, made: &mut Made<'_>) {
        match self.late() {
            Some(why) => made.refuse(name, Reason::Late, &why),
            None => made.actions.push(action),
        }
    }

    fn template(&mut self, name: &str, made: &mut Made<'_>) {
        let to_silence = made.rule.after.is_some_and(|after| after.since == Since::OurReply);
        match self.written(name, to_silence) {
            Ok(_) if self.flags.public_in_last_day + self.sent >= self.flags.most_public_a_day => {
                self.over_the_limit(made);
            }
            Ok(action) => {
                self.sent += 1;
                made.actions.push(action);
            }
            Err((reason, because)) => made.refuse("template", reason, &because),
        }
    }

    /// The message in the customer's language, or why none is sent.
    fn written(&self, name: &str, to_silence: bool) -> Result<Action, (Reason, String)> {
        let Snapshot { conversation, message, hours, .. } = self.seen;
        let refuse = |reason: Reason, because: &str| Err((reason, because.to_owned()));
        let Some(template) = self.flags.templates.get(name) else {
            return Err((Reason::NoText, format!("there is no template “{name}”")));
        };
        if conversation.contact.blocked {
            return refuse(Reason::Blocked, "the contact is blocked");
        }
        if conversation.status == Status::Pending || conversation.assignee.as_ref().is_some_and(|a| a.is_bot)
        {
            return refuse(Reason::Bot, "a bot has the conversation");
        }
        if let Some(sign) = robot(message, conversation) {
            return Err((Reason::Robot, sign));
        }
        if let Some(why) = self.late() {
            return Err((Reason::Late, why));
        }
        if self.flags.trigger == Trigger::CustomerMessage
            && answer_after(self.flags.thread, message.id).is_some()
        {
            return refuse(Reason::Answered, "the customer was answered already");
        }
        if let Some(why) = channel::closed_window(conversation) {
            return refuse(Reason::Channel, why);
        }
        let now = stretch(hours, self.now);
        if template.away {
            if self.flags.inbox_says_closed {
                return refuse(Reason::DeskSaysSo, "the inbox has an out-of-office message of its own");
            }
            if now.open {
                return refuse(Reason::TeamIsThere, "the team is there");
            }
            if message.created_at < now.since {
                return refuse(Reason::TeamIsThere, "the customer wrote while the team was there");
            }
        }
        let zone = hours.time_zone();
        let values = Values {
            customer: crate::draft::first_name(&conversation.contact.name),
            shop: self.flags.shop,
            ticket: conversation.id.0,
            now: self.now,
            back_at: now.until.filter(|_| !now.open),
            zone,
        };
        let channel = channel::rules(&conversation.channel);
        let language = self.language(template);
        let Some(rendered) = self.flags.templates.render(template, &language, channel, &values) else {
            return refuse(Reason::NoText, "nobody knows when the team is back");
        };
        if channel.length(&rendered.text) > channel.most {
            return Err((Reason::Channel, format!("the text is too long for {}", channel.shown)));
        }
        Ok(Action::SendTemplate {
            template: name.to_owned(),
            language: rendered.language,
            text: rendered.text,
            to_silence,
            until: now.until.filter(|_| template.away),
        })
    }

    /// The customer's language: of this message, of all they wrote here, of their browser, or the desk's.
    fn language(&self, template: &super::Template) -> String {
        let own = self.seen.analysis.language.code.clone();
        let wrote = self.flags.thread.iter().filter(|message| message.is_from_customer());
        let all = wrote.map(|message| message.text()).collect::<Vec<_>>().join("\n");
        let all = own.is_none().then(|| Analyzer::shipped().language(&all).code).flatten();
        let browser = self.seen.conversation.browser_language.clone();
        let wished: Vec<String> = [own, all, browser].into_iter().flatten().collect();
        let wished: Vec<&str> = wished.iter().map(String::as_str).collect();
        self.flags.templates.language_for(template, &wished)
    }

    /// Why the message that set a rule off is history. A rule that waited looks at the thread as it is now.
    fn late(&self) -> Option<String> {
        if self.flags.trigger != Trigger::CustomerMessage {
            return None;
        }
        let age = self.now.duration_since(self.seen.message.created_at);
        (age > LATE).then(|| format!("the message was found {} minutes late", age.as_mins()))
    }

    /// No more automatic messages; the leads learn of it once a day.
    fn over_the_limit(&mut self, made: &mut Made<'_>) {
        let most = self.flags.most_public_a_day;
        let because = format!("the customer got {most} automatic messages in 24 hours, which is the most");
        made.refuse("template", Reason::DailyLimit, &because);
        let day = self.now.as_second() - self.now.as_second().rem_euclid(DAY_S);
        let cause = Cause::Day(Timestamp::from_second(day).unwrap_or(self.now));
        let rule = RuleId(LIMIT_RULE.to_owned());
        let told = self.flags.fired.iter().any(|fired| fired.rule == rule && fired.cause == cause);
        if told || self.found.iter().any(|other| other.rule == rule) {
            return;
        }
        let subject = format!("Conversation {}: no more automatic messages", self.seen.conversation.id);
        let text = format!("The rule {} wanted to send another one, but {because}.", made.rule.name);
        let action = Action::Notify { to: vec![Target::Leads], subject, text };
        self.found.push(Automation {
            rule,
            name: "Limit of automatic messages".to_owned(),
            cause,
            due: Due::Now,
            actions: vec![action],
            refused: Vec::new(),
            because,
        });
    }
}

/// What a rule does, in the making.
struct Made<'a> {
    rule: &'a Rule,
    because: &'a str,
    actions: Vec<Action>,
    refused: Vec<Refusal>,
}

impl Made<'_> {
    fn refuse(&mut self, action: &str, reason: Reason, because: &str) {
        self.refused.push(Refusal { action: action.to_owned(), reason, because: because.to_owned() });
    }

    fn add_labels(&mut self, labels: &[String], seen: &Snapshot<'_>) {
        let there = &seen.conversation.labels;
        let labels: Vec<String> = labels.iter().filter(|label| !there.contains(label)).cloned().collect();
        if !labels.is_empty() {
            self.actions.push(Action::AddLabels { labels });
        }
    }

    fn escalate(&mut self, seen: &Snapshot<'_>) {
        if !seen.conversation.labels.iter().any(|label| label == ESCALATED[0]) {
            let Rule { name, why, .. } = self.rule;
            let text = format!(
                "**Escalated: {name}**\n\n{}.\n\n{why}\n\nTwo different people must approve the reply.",
                self.because
            );
            self.actions.push(Action::Note { text });
        }
        self.add_labels(&ESCALATED.map(str::to_owned), seen);
        self.actions.push(Action::HoldForSecond);
    }
}
