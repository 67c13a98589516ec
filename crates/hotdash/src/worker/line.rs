//! Has conversations that wait offered again, as long as there are any.

use crate::app::App;
use crate::work::line::look_along;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// With what is kept of the desk's people (five seconds) it is noticed within ten that somebody came.
const LOOK_AROUND: Duration = Duration::from_secs(2);

pub(super) async fn run(app: &App, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = look_along(app).await {
            tracing::warn!(%error, "it cannot be told who waits");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AROUND) => {}
            () = stop.cancelled() => {}
        }
    }
}
