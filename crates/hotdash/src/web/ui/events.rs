//! Live news for open pages. They say only that something changed; the page asks for what it shows.

use super::error::UiError;
use crate::app::{App, Notice};
use crate::web::auth::Viewer;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::wrappers::BroadcastStream;

const STILL_HERE: Duration = Duration::from_secs(20);

pub(super) async fn stream(
    State(app): State<Arc<App>>,
    _: Viewer,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, UiError> {
    let news = BroadcastStream::new(app.notices.subscribe()).map(|notice| {
        Ok(match notice {
            Ok(Notice::DraftChanged(id)) => event(&serde_json::json!({ "draft": id.as_str() })),
            Ok(Notice::ConversationChanged(id)) => event(&serde_json::json!({ "conversation": id.0 })),
            // Whoever was too slow asks for everything once.
            Ok(Notice::QueueChanged) | Err(_) => event(&serde_json::json!({ "queue": true })),
        })
    });
    // An open stream would keep the server from stopping.
    let news = news.take_until(app.stopping.clone().cancelled_owned());
    Ok(Sse::new(news).keep_alive(KeepAlive::new().interval(STILL_HERE)))
}

fn event(body: &serde_json::Value) -> Event {
    Event::default().data(body.to_string())
}
