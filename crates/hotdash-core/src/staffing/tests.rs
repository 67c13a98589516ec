//! Against published values, and against queues played customer by customer.

use super::*;
use crate::simulated::Random;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const CALLS: Handling = Handling { seconds: 180.0, at_once: 1 };

#[test]
fn erlang_c_gives_the_values_that_stand_in_tables() {
    // The example of many textbooks: 100 calls in half an hour of three minutes each, 10 Erlang. Fourteen agents:
    // 17.4 % wait, 88.8 % within 20 seconds, 7.8 seconds on average; thirteen: 28.5 % wait, 79.6 % within 20 seconds.
    assert!((erlang_c(10.0, 14) - 0.1741).abs() < 1e-4);
    assert!((service_level(200.0, 14, CALLS, 20.0) - 0.8884).abs() < 1e-4);
    assert!((mean_wait(200.0, 14, CALLS) - 7.836).abs() < 1e-3);
    assert!((erlang_c(10.0, 13) - 0.2853).abs() < 1e-4);
    assert!((service_level(200.0, 13, CALLS, 20.0) - 0.7956).abs() < 1e-3);
    // One server: the share that waits is the load.
    assert!((erlang_c(0.7, 1) - 0.7).abs() < 1e-12);
    // Two servers, 1 Erlang: a third waits.
    assert!((erlang_c(1.0, 2) - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn hundreds_of_agents_are_reckoned_without_overflow() {
    let wait = erlang_c(480.0, 500);
    assert!(wait > 0.2 && wait < 0.4, "{wait}");
}

#[test]
fn an_hour_with_more_work_than_places_serves_nobody_in_time() {
    assert_eq!(service_level(200.0, 10, CALLS, 20.0), 0.0);
    assert!(mean_wait(200.0, 10, CALLS).is_infinite());
    assert_eq!(service_level(0.0, 0, CALLS, 20.0), 1.0);
}

#[test]
fn nonsense_gets_no_advice() {
    let target = Target { share: 0.8, seconds: 20.0 };
    assert_eq!(agents_for(200.0, Handling { seconds: 0.0, at_once: 1 }, target), None);
    assert_eq!(agents_for(200.0, CALLS, Target { share: 1.0, seconds: 20.0 }), None);
    assert_eq!(agents_for_backlog(10.0, 300.0, 5, 0.0, 0.8), None);
    let unknown = HourOfWeek { weekday: 0, hour: 9, arrivals: Vec::new(), on_duty: None };
    assert_eq!(advise(&unknown, CALLS, target), None);
}

#[test]
fn weeks_that_differ_more_give_a_wider_interval() {
    let hour = |arrivals: &[u32]| HourOfWeek {
        weekday: 1,
        hour: 10,
        arrivals: arrivals.to_vec(),
        on_duty: Some(14.0),
    };
    let target = Target { share: 0.8, seconds: 20.0 };
    let even = advise(&hour(&[200, 210, 190, 205, 195, 200]), CALLS, target).unwrap();
    let uneven = advise(&hour(&[120, 300, 150, 260, 170, 200]), CALLS, target).unwrap();
    assert_eq!((even.agents, uneven.agents), (14, 14));
    assert!(even.interval.0 >= 13 && even.interval.1 <= 15, "{:?}", even.interval);
    assert!(uneven.interval.0 <= 9 && uneven.interval.1 >= 19, "{:?}", uneven.interval);
    assert_eq!(even.missing(), Some(0.0));
    // Sixteen were there: two too many, and that is sure.
    let many = HourOfWeek { on_duty: Some(16.0), ..hour(&[200, 210, 190, 205, 195, 200]) };
    assert_eq!(advise(&many, CALLS, target).unwrap().missing(), Some(-2.0));
}

/// What one customer after another met.
struct Played {
    in_time: f64,
    mean_wait: f64,
    gave_up: f64,
}

/// Poisson arrivals, exponential handling, first come first served; with `patience`, customers leave after that.
fn play(per_hour: f64, places: u32, handling: f64, limit: f64, patience: Option<f64>, seed: u64) -> Played {
    const CUSTOMERS: u32 = 200_000;
    let mut chance = Random(seed);
    // When each place becomes free; whole microseconds, because they can be ordered.
    let mut free: BinaryHeap<Reverse<u64>> = (0..places).map(|_| Reverse(0)).collect();
    let (mut now, mut in_time, mut waited, mut gave_up) = (0.0, 0_u32, 0.0, 0_u32);
    for _ in 0..CUSTOMERS {
        now += chance.exponential(3600.0 / per_hour);
        let next = free.peek().map_or(0, |at| at.0) as f64 / 1e6;
        let wait = (next - now).max(0.0);
        let most = patience.map_or(f64::INFINITY, |mean| chance.exponential(mean));
        if wait > most {
            gave_up += 1;
            waited += most;
            continue;
        }
        waited += wait;
        in_time += u32::from(wait <= limit);
        free.pop();
        free.push(Reverse(((now + wait + chance.exponential(handling)) * 1e6) as u64));
    }
    let all = f64::from(CUSTOMERS);
    Played { in_time: f64::from(in_time) / all, mean_wait: waited / all, gave_up: f64::from(gave_up) / all }
}

#[test]
fn a_played_queue_serves_as_many_in_time_as_erlang_says() {
    let cases = [
        (200.0, 13, 1, 180.0, 20.0),
        (200.0, 14, 1, 180.0, 20.0),
        (100.0, 6, 3, 540.0, 60.0),
        (40.0, 2, 4, 600.0, 120.0),
    ];
    for (seed, (per_hour, agents, at_once, seconds, limit)) in cases.into_iter().enumerate() {
        let handling = Handling { seconds, at_once };
        let played = play(per_hour, agents * at_once, seconds, limit, None, seed as u64);
        let told = service_level(per_hour, agents, handling, limit);
        let wait = mean_wait(per_hour, agents, handling);
        println!(
            "{per_hour}/h, {agents} agents: in time {told:.4}, played {:.4}; wait {wait:.1}, played {:.1}",
            played.in_time, played.mean_wait
        );
        assert!((played.in_time - told).abs() < 0.01, "{told} {}", played.in_time);
        assert!((played.mean_wait - wait).abs() < 0.1 * wait, "{wait} {}", played.mean_wait);
    }
}

#[test]
fn a_played_queue_keeps_the_target_with_the_advised_agents_and_not_with_one_less() {
    let (handling, target) = (Handling { seconds: 480.0, at_once: 2 }, Target { share: 0.9, seconds: 60.0 });
    let agents = agents_for(150.0, handling, target).unwrap();
    let share = |agents: u32| play(150.0, agents * 2, 480.0, 60.0, None, 7).in_time;
    assert!(
        share(agents) >= 0.89 && share(agents - 1) < 0.9,
        "{agents}: {} {}",
        share(agents),
        share(agents - 1)
    );
}

#[test]
fn a_played_queue_loses_as_many_impatient_customers_as_erlang_a_says() {
    for (seed, (load, places, patience)) in
        [(12.0, 10, 120.0), (10.0, 12, 60.0), (5.0, 5, 600.0)].into_iter().enumerate()
    {
        let handling = 300.0;
        let told = erlang_a(load, places, handling, patience).unwrap();
        let played = play(load * 3600.0 / handling, places, handling, 0.0, Some(patience), 20 + seed as u64);
        println!("load {load}, {places}: gives up {:.4}, played {:.4}", told.gives_up, played.gave_up);
        assert!((told.gives_up - played.gave_up).abs() < 0.01, "{told:?} {}", played.gave_up);
        assert!(
            (told.mean_wait - played.mean_wait).abs() < 0.06 * told.mean_wait + 0.5,
            "{told:?} {}",
            played.mean_wait
        );
        assert!((1.0 - told.waits - played.in_time).abs() < 0.01, "{told:?} {}", played.in_time);
    }
}

#[test]
fn endless_patience_is_the_queue_without_end() {
    let patient = erlang_a(10.0, 13, 180.0, 1e9).unwrap();
    assert!((patient.waits - erlang_c(10.0, 13)).abs() < 1e-4, "{patient:?}");
}
