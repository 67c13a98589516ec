//! Seven weeks at a desk, played over HTTP: the sandbox desk, hotdash and a scripted model live at one invented time.

use super::{ANN, BEA};
use crate::support::Database;
use crate::support::house::{House, Person};
use crate::support::mailbox::Mailbox;
use crate::support::scripted::{Says, scripted_model};
use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::event::Actor;
use chatwoot_sandbox::model::Status;
use hotdash::clock::Clock;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::backfill;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use reqwest::StatusCode;
use tempfile::TempDir;

const PROMISES: &str = r#"
calendar = "always"
tier_attribute = "tier"
pause_while_waiting_for_customer = false

[[warning]]
at = 100

[[target]]
id = "everybody"
first_response = "30m"
next_response = "1h"
resolution = "48h"
"#;
/// What a prompt says of its own is the same each time; this is what the customer writes.
const SILENT: &str = "silent";
const GARBAGE: &str = "gibberish";
const DEAL: &str = "discount";

pub(super) struct Planted {
    pub(super) house: House,
    pub(super) clock: Clock,
    pub(super) mailbox: Mailbox,
    pub(super) lead: Person,
    mail: i64,
    bot_chat: i64,
    bot: i64,
    team: i64,
    _folder: TempDir,
}

/// A model that takes seven seconds by the invented clock, and says what it used.
async fn model(clock: Clock) -> String {
    scripted_model(move |asked| {
        clock.advance(7_000);
        let says = |word: &str| asked.contains(word);
        let said = match () {
            () if says(GARBAGE) => Says { text: "{{{{ ]] 0x00 ;;".to_owned(), usage: None },
            () if says(DEAL) => Says::reply(
                "Hello,\n\nyou get 37 EUR back by 3 March, see https://elsewhere.test.\n\nBest wishes\nHot Rodan",
            ),
            () => Says::reply("Hello,\n\nwe look into it and write again soon.\n\nBest wishes\nHot Rodan"),
        };
        if says(SILENT) { said } else { said.using(asked.len() as u64 / 4, 40) }
    })
    .await
}

impl Planted {
    pub(super) async fn begin(database: &Database) -> Self {
        let clock = Clock::manual("2026-10-03T08:00:00Z".parse().unwrap());
        let mailbox = Mailbox::open().await;
        let (model, mail_url) = (model(clock.clone()).await, mailbox.url());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sla.toml");
        std::fs::write(&file, PROMISES).unwrap();
        let settings = [
            ("OPENAI_BASE_URL", model.as_str()),
            ("OPENAI_MODEL", "scripted"),
            ("OPENAI_PRICE_IN", "0.15"),
            ("OPENAI_PRICE_OUT", "0.60"),
            ("HOTDASH_TIMEZONE", "Europe/Berlin"),
            ("HOTDASH_SLA_FILE", file.to_str().unwrap()),
            ("SMTP_URL", mail_url.as_str()),
            ("HOTDASH_REPORT_TO", "ada@acme.test"),
            ("HOTDASH_REPORT_DAILY", "off"),
            ("HOTDASH_REPORT_WEEKLY", "off"),
        ];
        let house = House::start_at(database, &settings, clock.clone()).await;
        house.desk.clock().set(clock.now());
        let (mail, bot_chat, bot, team) = house.desk.act(|desk| {
            let channel = NewChannel::Email { email: "support@hotrodan.test".into() };
            let mail = desk.create_inbox(NewInbox::new("=Support mail", channel));
            let bot_chat = desk.create_inbox(NewInbox::website("Bot chat", "https://hotrodan.test/bot"));
            let bot = desk.create_bot("Bender", None, "");
            desk.inboxes.get_mut(&bot_chat).unwrap().agent_bot = Some(bot);
            desk.inboxes.get_mut(&house.website).unwrap().csat_survey_enabled = true;
            desk.inboxes.get_mut(&mail).unwrap().csat_survey_enabled = true;
            (mail, bot_chat, bot, desk.create_team("orders", None, &[2, 3]).unwrap())
        });
        for inbox in [mail, bot_chat] {
            house.desk.add_everybody(inbox).unwrap();
        }
        let lead = house.sign_in("Ada", Role::Lead).await;
        let planted = Self { house, clock, mailbox, lead, mail, bot_chat, bot, team, _folder: folder };
        // Names and bots are told by a walk through the past, of which there is none yet.
        let app = &planted.house.app;
        backfill::ask(app, &app.desks[0], Timestamp::UNIX_EPOCH).await.unwrap();
        planted.settle().await;
        planted
    }

    /// It is so late in Berlin now, and everything was done before that was to do: a delivery that was signed before the
    /// hands were set would be too old.
    pub(super) async fn at(&self, local: &str) {
        self.settle().await;
        let at: DateTime = local.parse().unwrap();
        let at = at.to_zoned(TimeZone::get("Europe/Berlin").unwrap()).unwrap().timestamp();
        assert!(at >= self.clock.now(), "{local} is over: {}", self.clock.now());
        self.clock.advance(at.as_millisecond() - self.clock.now_ms());
        self.house.desk.clock().set(self.clock.now());
    }

    /// What looks again a little later finds that it is later.
    pub(super) async fn settle(&self) {
        let time = async {
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                self.clock.advance(500);
                self.house.desk.clock().set(self.clock.now());
            }
        };
        tokio::select! { () = self.house.settle() => {}, () = time => {} }
    }

    async fn draft(&self, conversation: i64) -> hotdash::work::draft::Draft {
        self.settle().await;
        self.house.draft(conversation, DraftState::Ready).await
    }

    async fn decide(&self, conversation: i64, how: &str, grades: [&str; 3], words: &str) {
        let draft = self.draft(conversation).await;
        let (version, answers) = (draft.version.to_string(), draft.answers.to_string());
        let mut form = vec![
            ("version", version.as_str()),
            ("text_hash", draft.text_hash.as_str()),
            ("answers", answers.as_str()),
            ("tone", grades[0]),
            ("accuracy", grades[1]),
            ("policy", grades[2]),
            ("knowingly", "true"),
        ];
        let edited = format!("{}\n\n{words}", draft.text);
        let what = match how {
            "approve" => "approval",
            "edit" => {
                form.push(("text", &edited));
                "approval"
            }
            _ => {
                form.push(("reason", words));
                "rejection"
            }
        };
        let status = self.lead.post(&format!("/drafts/{}/{what}", draft.id), &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{how} {conversation}");
        self.settle().await;
    }

    fn rate(&self, conversation: i64, rating: i64) {
        let survey = self.house.desk.messages(conversation).unwrap();
        let survey = survey.iter().find(|message| message.content_type == "input_csat").unwrap().id;
        self.house.desk.act(|desk| desk.answer_survey(survey, rating, None)).unwrap();
    }

    /// The answers to surveys as the desk lists them: conversation, instant in microseconds, rating.
    pub(super) fn answers(&self) -> Vec<(i64, i64, i64)> {
        self.house.desk.read(|desk| {
            let all = desk.csat_responses.values();
            all.map(|row| (row.conversation_id, row.created_at.as_microsecond(), row.rating)).collect()
        })
    }

    /// One of the weeks before, alike but not the same: its Monday.
    async fn usual_week(&self, monday: &str, week: i64) {
        let (desk, day) = (&self.house.desk, |days: i64, time: &str| {
            let monday: jiff::civil::Date = monday.parse().unwrap();
            format!("{}T{time}", monday.checked_add(jiff::Span::new().days(days)).unwrap())
        });
        self.at(&day(1, "10:00")).await;
        let one =
            desk.customer_says(self.house.website, ANN, "Where is my order? It has not arrived.").unwrap();
        self.at(&day(1, &format!("10:{}", 12 + week))).await;
        desk.agent_replies(one, 2, "It left yesterday.").unwrap();
        self.at(&day(1, "11:30")).await;
        desk.resolve(one, 2).unwrap();
        self.at(&day(1, "12:00")).await;
        self.rate(one, 3 + week % 3);
        self.at(&day(4, "10:00")).await;
        let other = desk.customer_says(self.mail, BEA, "I want a refund, please.").unwrap();
        self.at(&day(4, &format!("10:{}", 31 + week * 3))).await;
        desk.agent_replies(other, 3, "It is on its way.").unwrap();
        self.at(&day(4, "10:50")).await;
        desk.customer_replies(other, "And when is the refund there?").unwrap();
        self.at(&day(4, "11:25")).await;
        desk.agent_replies(other, 3, "On Monday.").unwrap();
        self.at(&day(4, "15:00")).await;
        desk.resolve(other, 3).unwrap();
        self.at(&day(4, "15:30")).await;
    }

    /// Six usual weeks, the week that is reported, and the Monday morning after it.
    pub(super) async fn play(&self) {
        self.at("2026-10-04T12:00").await;
        let desk = &self.house.desk;
        let first = desk.customer_says(self.house.website, ANN, "Hello, are you there?").unwrap();
        self.at("2026-10-04T12:05").await;
        desk.agent_replies(first, 2, "We are.").unwrap();
        desk.resolve(first, 2).unwrap();
        for (week, monday) in
            (0..).zip(["2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09"])
        {
            self.usual_week(monday, week).await;
        }
        self.first_half().await;
        self.second_half().await;
        self.at("2026-11-23T06:00").await;
        let late = desk.customer_says(self.mail, ANN, "My invoice is wrong.").unwrap();
        self.at("2026-11-23T06:20").await;
        desk.agent_replies(late, 3, "Which one?").unwrap();
        self.at("2026-11-23T07:00").await;
        self.settle().await;
    }

    async fn first_half(&self) {
        let desk = &self.house.desk;
        self.at("2026-11-16T09:00").await;
        let norway = desk.customer_says(self.house.website, ANN, "Do you ship to Norway?").unwrap();
        self.at("2026-11-16T09:10").await;
        self.decide(norway, "approve", ["5", "4", "5"], "").await;
        self.at("2026-11-16T11:00").await;
        desk.customer_replies(norway, "And how long does that shipping take?").unwrap();
        self.at("2026-11-16T12:40").await;
        self.decide(norway, "edit", ["3", "4", "2"], "It takes a while.").await;
        self.at("2026-11-16T13:00").await;
        desk.assign(norway, Some(2), 1).unwrap();
        self.at("2026-11-16T13:10").await;
        desk.resolve(norway, 2).unwrap();
        self.at("2026-11-16T14:00").await;
        self.rate(norway, 5);

        self.at("2026-11-17T10:00").await;
        let parcel = desk.customer_says(self.mail, BEA, "My parcel is broken, I want a discount!").unwrap();
        desk.assign_team(parcel, Some(self.team), 1).unwrap();
        desk.set_labels(parcel, &["vip", "orders"], 1).unwrap();
        self.at("2026-11-17T10:20").await;
        self.decide(parcel, "reject", ["2", "1", "1"], "We promise nothing of the kind").await;
        self.at("2026-11-17T12:00").await;
        desk.agent_notes(parcel, 2, "I ask the warehouse.").unwrap();
        desk.agent_replies(parcel, 2, "Please send us a picture.").unwrap();
        self.at("2026-11-17T12:05").await;
        desk.set_status(parcel, 2, Status::Snoozed).unwrap();
        self.at("2026-11-18T08:00").await;
        desk.customer_replies(parcel, "Here it is.").unwrap();
        self.at("2026-11-18T08:45").await;
        desk.agent_replies(parcel, 3, "Thank you, a new one leaves today.").unwrap();

        self.at("2026-11-18T09:00").await;
        let odd =
            desk.customer_says(self.house.website, BEA, "gibberish gibberish, my account is locked").unwrap();
        self.at("2026-11-18T09:25").await;
        desk.agent_replies(odd, 3, "What do you mean?").unwrap();
        self.at("2026-11-18T09:30").await;
        desk.resolve(odd, 3).unwrap();
        self.at("2026-11-18T10:00").await;
        self.rate(odd, 2);
        self.at("2026-11-18T16:00").await;
        desk.customer_replies(odd, "I am still locked out of my account!").unwrap();
        self.at("2026-11-18T18:30").await;
        desk.agent_replies(odd, 2, "Try again, please.").unwrap();
    }

    async fn second_half(&self) {
        let desk = &self.house.desk;
        self.at("2026-11-19T09:00").await;
        let handed =
            desk.customer_says(self.bot_chat, ANN, "I talk to a machine. Where is my order?").unwrap();
        let alone = desk.customer_says(self.bot_chat, BEA, "What are your hours?").unwrap();
        self.at("2026-11-19T09:20").await;
        desk.act(|desk| desk.set_status(handed, Status::Open, None, Actor::AgentBot(self.bot))).unwrap();
        desk.act(|desk| desk.set_status(alone, Status::Resolved, None, Actor::AgentBot(self.bot))).unwrap();
        self.at("2026-11-19T09:32").await;
        desk.agent_replies(handed, 4, "A person is here.").unwrap();

        self.at("2026-11-20T09:00").await;
        let quiet = desk.customer_says(self.house.website, ANN, "silent: how do I pay?").unwrap();
        let stays =
            desk.customer_says(self.mail, BEA, "Where is my order? It was promised for today.").unwrap();
        desk.set_labels(stays, &["orders"], 1).unwrap();
        self.at("2026-11-20T09:15").await;
        self.decide(quiet, "approve", ["4", "5", "4"], "").await;
        self.at("2026-11-20T10:30").await;
        let refund = desk.customer_says(self.mail, ANN, "I want a refund, this is terrible!").unwrap();
        desk.set_labels(refund, &["returns"], 1).unwrap();
        self.at("2026-11-20T10:50").await;
        desk.agent_replies(refund, 2, "You will get it.").unwrap();
        self.at("2026-11-20T11:00").await;
        desk.resolve(refund, 2).unwrap();
        self.at("2026-11-20T11:10").await;
        self.rate(refund, 4);
        self.at("2026-11-21T20:00").await;
        let sleeping =
            desk.customer_says(self.house.website, BEA, "No hurry: do you sell gift cards?").unwrap();
        self.at("2026-11-21T20:10").await;
        desk.set_status(sleeping, 2, Status::Snoozed).unwrap();
        self.at("2026-11-21T20:15").await;
    }
}
