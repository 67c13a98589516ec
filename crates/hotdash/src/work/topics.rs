//! What customers write about, learned from their first words once a day. Names and numbers stay from one day to the
//! next; pages count anew what of each topic began in their period.

use crate::app::{App, Desk};
use crate::store::StoreError;
use crate::store::alerts::keep_topics;
use hotdash_core::analysis::Analyzer;
use hotdash_core::conversation::Message;
use hotdash_core::ids::ConversationId;
use hotdash_core::topics::{Text, Topics, learn};

const DAY_MS: i64 = 86_400_000;
/// As far back as one looks for what is usual.
const SPAN_MS: i64 = 56 * DAY_MS;
/// More are not read.
const MOST: usize = 12;

/// Learn, unless that was done within a day.
///
/// # Errors
/// [`StoreError`].
pub async fn learn_daily(app: &App, desk: &Desk) -> Result<(), StoreError> {
    let now = app.clock.now_ms();
    let before = app.store.topics::<Topics>(desk.id).await?;
    if before.as_ref().is_some_and(|(_, learned_at)| now - learned_at < DAY_MS) {
        return Ok(());
    }
    let said = app.store.first_words(desk.id, now - SPAN_MS).await?;
    let learning = tokio::task::spawn_blocking(move || {
        let texts: Vec<Text> = said.iter().map(|(id, message)| text(*id, message)).collect();
        learn(&texts, &before.map(|(topics, _)| topics).unwrap_or_default(), MOST)
    });
    let learned = learning.await.map_err(|error| StoreError::Unreadable(error.to_string()))?;
    app.store.commit(keep_topics(desk.id, &learned, now)?.into()).await.map(drop)
}

fn text(id: ConversationId, message: &Message) -> Text {
    let analyzer = Analyzer::shipped();
    let language = analyzer.language(message.text()).code;
    Text::new(id, message.text(), language.as_deref(), |word| analyzer.is_function_word(word))
}
