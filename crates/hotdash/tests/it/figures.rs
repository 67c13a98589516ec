//! What hotdash measures, beside what a real desk reported and measured itself.

use crate::chatwoot::recordings::history_file;
use crate::support::{Database, both_databases};
use hotdash::work::figures::recording::{Played, Recording};
use hotdash_core::figures::check::{Check, Source};

both_databases!(every_figure_is_as_the_desk_reports_it,);

/// The four recorded weeks.
fn recording() -> Recording<impl Fn(&str) -> Option<String>> {
    let text = |name: &str| {
        let zipped = ["deliveries", "conversations", "messages"].contains(&name);
        Some(history_file(&if zipped { format!("{name}.jsonl.gz") } else { format!("{name}.json") }))
    };
    Recording { text }
}

fn check(played: Played) -> Check {
    recording().check(&[played]).unwrap()
}

async fn every_figure_is_as_the_desk_reports_it(database: &Database) {
    let store = database.open().await;
    let told = check(recording().play(&store, Source::Deliveries).await.unwrap());
    assert_eq!(told.different, []);
    assert_eq!(told.skipped, []);
    let read = check(recording().play(&store, Source::Backfill).await.unwrap());
    assert!(read.is_explained(), "{:#?}", read.different);
    println!("{} {} {:#?}", read.compared, read.equal, read.different);
}
