//! Work shared out to threads.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The result of every task, in no order. Whoever is done takes the next task: put the long ones first.
pub(super) fn share_out<T: Sync, R: Send>(
    tasks: &[T],
    threads: usize,
    perform: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let take = || tasks.get(next.fetch_add(1, Ordering::Relaxed));
        std::iter::from_fn(take).map(&perform).collect::<Vec<R>>()
    };
    let helpers = threads.min(tasks.len()).saturating_sub(1);
    std::thread::scope(|scope| {
        let helping: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helping {
            match helper.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}
