//! Formulas of waiting lines.

/// The probability that a customer must wait, in a queue without end: `load` in Erlang (arrivals × handling time, same
/// unit), `places` that serve. By the recursion of Erlang's loss formula, which stays exact for large numbers. 1 where the
/// load is as large as the places, because the line then only grows.
///
/// ```
/// use hotdash_core::staffing::erlang_c;
/// assert!((erlang_c(10.0, 14) - 0.174_132).abs() < 1e-6);
/// assert_eq!(erlang_c(3.0, 3), 1.0);
/// ```
#[must_use]
pub fn erlang_c(load: f64, places: u32) -> f64 {
    if load <= 0.0 {
        return 0.0;
    }
    if load >= f64::from(places) {
        return 1.0;
    }
    let lost = (1..=places).fold(1.0, |lost, place| load * lost / (f64::from(place) + load * lost));
    let busy = load / f64::from(places);
    lost / (1.0 - busy * (1.0 - lost))
}

/// What happens to customers who give up after a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// The share who must wait at all.
    pub waits: f64,
    /// The share who leave before an agent comes.
    pub gives_up: f64,
    /// Mean waiting of all customers, those who leave included, in the unit of the patience.
    pub mean_wait: f64,
}

/// The same queue with customers who wait `patience` on average (exponentially distributed) and then leave: M/M/n+M.
/// `load` in Erlang, `patience` in any unit of time above 0, `handling` in the same unit. Solved from the balance of the
/// states, so it also holds where the load is larger than the places. `None` where the numbers make no sense.
///
/// ```
/// use hotdash_core::staffing::erlang_a;
/// let hour = erlang_a(12.0, 10, 300.0, 120.0).unwrap();
/// // Twelve Erlang for ten places: at least a sixth must leave.
/// assert!(hour.gives_up > 1.0 / 6.0 && hour.gives_up < 0.25);
/// ```
#[must_use]
pub fn erlang_a(load: f64, places: u32, handling: f64, patience: f64) -> Option<Patience> {
    if load <= 0.0 || places == 0 || handling <= 0.0 || patience <= 0.0 {
        return None;
    }
    let n = f64::from(places);
    // Probabilities of the number of customers, relative to the state with all places busy and nobody in line.
    let mut below = 0.0;
    let mut state = 1.0;
    for present in (1..=places).rev() {
        state *= f64::from(present) / load;
        below += state;
    }
    let (mut in_line, mut waiting, mut length) = (1.0, 1.0, 0.0);
    let mut line = 0.0;
    loop {
        line += 1.0;
        in_line *= load / (n + line * handling / patience);
        waiting += in_line;
        length += line * in_line;
        let is_past_the_peak = load < n + line * handling / patience;
        if is_past_the_peak && in_line * line < 1e-13 * waiting {
            break;
        }
    }
    let all = below + waiting;
    // Little's law: arrivals × mean wait = mean line; of those in line, one leaves each `patience`.
    let arrivals = load / handling;
    let mean_line = length / all;
    Some(Patience {
        waits: waiting / all,
        gives_up: mean_line / patience / arrivals,
        mean_wait: mean_line / arrivals,
    })
}
