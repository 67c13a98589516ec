//! Waits for the next SLA warning and has it given.

use crate::app::App;
use crate::work::sla::give_due;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A clock that another replica set, or hands that were moved, are noticed within this time.
const LOOK_AROUND: Duration = Duration::from_millis(250);

pub(super) async fn run(app: &App, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let next = give_due(app).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "no SLA warning can be given");
            None
        });
        let left = next.map(|at| u64::try_from(at - app.clock.now_ms()).unwrap_or(0));
        let pause = left.map_or(LOOK_AROUND, |left| LOOK_AROUND.min(Duration::from_millis(left.max(1))));
        tokio::select! {
            () = app.clocks.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }
}
