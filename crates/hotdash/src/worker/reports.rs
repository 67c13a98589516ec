//! Waits for the next report of the schedule and has it made.

use crate::app::App;
use crate::work::report::give_due;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Hands that were moved are noticed within this time.
const LOOK_AROUND: Duration = Duration::from_millis(500);
/// After a failure; runs are not lost meanwhile.
const AGAIN: i64 = 5_000;

pub(super) async fn run(app: &App, stop: &CancellationToken) {
    let (mut next, mut looked) = (Some(i64::MIN), i64::MIN);
    while !stop.is_cancelled() {
        let now = app.clock.now_ms();
        // A clock that was set back is looked at anew, too.
        if next.is_some_and(|next| next <= now) || now < looked {
            looked = now;
            next = give_due(app).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "no report can be begun");
                Some(now + AGAIN)
            });
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AROUND) => {}
            () = stop.cancelled() => {}
        }
    }
}
