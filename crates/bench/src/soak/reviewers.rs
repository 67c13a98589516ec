//! Two people with a browser's means: they sign in by a link and decide about what waits.

use super::Shared;
use anyhow::{Context, bail};
use hotdash::store::drafts::DraftState;
use hotdash::work::draft::{Draft, DraftBody};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// As many as a person sees at once.
const SEEN: i64 = 50;

pub(super) struct Reviewer {
    http: reqwest::Client,
    cookie: String,
    url: String,
}

impl Reviewer {
    /// Uses the link that `hotdash user add` printed.
    pub(super) async fn by_link(url: &str, printed: &str) -> anyhow::Result<Self> {
        let link = printed.split_whitespace().find(|word| word.starts_with("http")).context("no link")?;
        let http =
            reqwest::Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(20)).build()?;
        let used = http.post(link).header("origin", url).send().await?;
        if !used.status().is_redirection() {
            bail!("the sign-in link was answered {}", used.status());
        }
        let cookie = used.headers().get("set-cookie").context("no session")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { http, cookie, url: url.to_owned() })
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> reqwest::Result<StatusCode> {
        let request = self.http.post(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        Ok(request.header("origin", &self.url).form(form).send().await?.status())
    }

    /// A page as a person opens it.
    async fn look(&self, path: &str) {
        let request = self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        if let Ok(answer) = request.send().await {
            // hotdash may be killed in the middle of it.
            drop(answer.text().await);
        }
    }

    async fn approve(&self, draft: &Draft, text: Option<&str>) -> reqwest::Result<StatusCode> {
        let (version, answers) = (draft.version.to_string(), draft.answers.to_string());
        let mut form = vec![
            ("version", version.as_str()),
            ("text_hash", draft.text_hash.as_str()),
            ("answers", answers.as_str()),
            ("tone", "5"),
            ("accuracy", "4"),
            ("policy", "5"),
            ("knowingly", "true"),
        ];
        form.extend(text.map(|text| ("text", text)));
        self.post(&format!("/drafts/{}/approval", draft.id), &form).await
    }
}

/// Decides until `until`; what is left waiting stays so.
pub(super) async fn review_until(
    shared: Arc<Shared>,
    people: Vec<Reviewer>,
    seed: u64,
    until: Instant,
) -> anyhow::Result<()> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut number = 0_u64;
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(chance.random_range(200..1500))).await;
        let person = &people[chance.random_range(0..people.len())];
        person.look("/").await;
        let waiting = shared.store.drafts_awaiting_people::<DraftBody>(shared.desk_id, SEEN).await?;
        for draft in waiting {
            // Most are decided at the first sight, some later, some never.
            if draft.id.as_str().bytes().map(u64::from).sum::<u64>() % 5 == 0 || chance.random_ratio(1, 3) {
                continue;
            }
            number += 1;
            let seen = shared.decided(person, &draft, &mut chance, number).await;
            // Killed, or in the middle of being killed: whether it was decided shows later.
            if seen.is_err() {
                tokio::time::sleep(Duration::from_millis(500)).await;
                break;
            }
        }
    }
    Ok(())
}

impl Shared {
    async fn decided(
        &self,
        person: &Reviewer,
        draft: &Draft,
        chance: &mut StdRng,
        number: u64,
    ) -> reqwest::Result<()> {
        if chance.random_ratio(1, 4) {
            person.look(&format!("/drafts/{}", draft.id)).await;
        }
        let status = match chance.random_range(0..100) {
            0..70 => {
                self.submitted(&draft.id, &draft.text);
                person.approve(draft, None).await?
            }
            // A second person must approve the very words of the first.
            70..88 if draft.state == DraftState::Ready => {
                let text = format!("{}\n\n(No. {number})", draft.text);
                self.submitted(&draft.id, &text);
                person.approve(draft, Some(&text)).await?
            }
            88..95 => {
                let version = draft.version.to_string();
                let form = [("version", version.as_str()), ("reason", "Too long, say it in one sentence.")];
                person.post(&format!("/drafts/{}/rejection", draft.id), &form).await?
            }
            _ => return Ok(()),
        };
        self.count_review(status);
        if status.is_redirection() && chance.random_ratio(1, 25) {
            person.post(&format!("/drafts/{}/approval/undo", draft.id), &[]).await?;
        }
        Ok(())
    }
}
