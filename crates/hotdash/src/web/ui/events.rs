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
    Viewer(seat): Viewer,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, UiError> {
    let desk = seat.desk.id;
    let news = BroadcastStream::new(app.notices.subscribe()).filter_map(move |news| async move {
        let notice = match news {
            Ok((of, _)) if of != desk => return None,
            Ok((_, notice)) => Some(notice),
            // Whoever was too slow asks for everything once.
            Err(_) => None,
        };
        Some(Ok(match notice {
            Some(Notice::DraftChanged(id)) => event(&serde_json::json!({ "draft": id.as_str() })),
            Some(Notice::ConversationChanged(id)) => event(&serde_json::json!({ "conversation": id.0 })),
            Some(Notice::SlaChanged) => event(&serde_json::json!({ "sla": true })),
            Some(Notice::ReportsChanged) => event(&serde_json::json!({ "reports": true })),
            Some(Notice::TroubleChanged) => event(&serde_json::json!({ "trouble": true })),
            Some(Notice::QueueChanged) | None => event(&serde_json::json!({ "queue": true })),
        }))
    });
    // An open stream would keep the server from stopping.
    let news = news.take_until(app.stopping.clone().cancelled_owned());
    Ok(Sse::new(news).keep_alive(KeepAlive::new().interval(STILL_HERE)))
}

fn event(body: &serde_json::Value) -> Event {
    Event::default().data(body.to_string())
}
