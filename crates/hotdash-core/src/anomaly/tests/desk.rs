//! A simulated desk: weekdays and hours, good and bad days, clumps, holidays, slow growth.

use super::super::*;
use crate::simulated::Random;

pub(super) const ISSUES: [f64; 4] = [0.30, 0.15, 0.06, 0.03];

/// What is planted into a desk from an hour on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planted {
    pub(super) from: i64,
    pub(super) volume: f64,
    pub(super) waits: f64,
    pub(super) third_issue: f64,
    pub(super) bad_ratings: f64,
}

impl Planted {
    pub(super) const NOTHING: Self =
        Self { from: i64::MAX, volume: 1.0, waits: 1.0, third_issue: 1.0, bad_ratings: 1.0 };
}

/// Twelve series of a desk with about 130 conversations on a weekday.
pub(super) fn desk(seed: u64, weeks: i64, growth: f64, planted: Planted) -> Vec<Series> {
    let mut chance = Random(seed);
    let (mut volume, mut waits) = (Vec::new(), Vec::new());
    let mut issues: Vec<Vec<Bucket>> = vec![Vec::new(); ISSUES.len()];
    let mut ratings: Vec<Vec<Bucket>> = vec![Vec::new(); 3];
    let mut grades = Vec::new();
    let mut day = (1.0, 1.0, false);
    for hour in 0..weeks * WEEK {
        if hour % 24 == 0 {
            // A day is busy or quiet as a whole, and slow or quick; one in forty is a holiday.
            day = (chance.gamma(60.0), (0.15 * chance.normal()).exp(), chance.uniform() < 1.0 / 40.0);
        }
        let is_planted = hour >= planted.from;
        let change = |factor: f64| if is_planted { factor } else { 1.0 };
        let level = growth.powf(hour as f64 / WEEK as f64) * day.0 * if day.2 { 0.15 } else { 1.0 };
        let mean = usual_arrivals(hour) * level * change(planted.volume);
        let count = chance.poisson_of(mean);
        let bucket = Bucket { unusual: day.2, ..Bucket::default() };
        volume.push(Bucket { count, ..bucket.clone() });
        // Waits of one hour depend on each other: they share the queue.
        let slow = day.1 * (0.2 * chance.normal()).exp() * change(planted.waits);
        let seconds = (0..count).map(|_| (600.0 * slow * (0.9 * chance.normal()).exp()) as u32).collect();
        waits.push(Bucket { seconds, ..bucket.clone() });
        for (number, share) in ISSUES.iter().enumerate() {
            let share = share * change(if number == 2 { planted.third_issue } else { 1.0 });
            let share = share * chance.gamma(20.0);
            let hits = chance.binomial(count, share.min(1.0));
            issues[number].push(Bucket { count: hits, of: count, ..bucket.clone() });
        }
        for (agent, list) in ratings.iter_mut().enumerate() {
            let rated = chance.binomial(count, 0.1);
            let share = 0.08 * change(if agent == 0 { planted.bad_ratings } else { 1.0 });
            list.push(Bucket { count: chance.binomial(rated, share), of: rated, ..bucket.clone() });
        }
        grades.push(Bucket { count: chance.binomial(count / 2, 0.05), of: count / 2, ..bucket });
    }
    series_of(volume, waits, issues, &ratings, grades)
}

fn series_of(
    volume: Vec<Bucket>,
    waits: Vec<Bucket>,
    issues: Vec<Vec<Bucket>>,
    ratings: &[Vec<Bucket>],
    grades: Vec<Bucket>,
) -> Vec<Series> {
    let new = |kind, name: &str, measure, buckets| Series::new(kind, name, measure, LocalHour(0), buckets);
    let mut all = vec![
        new(Kind::Volume, "All", Measure::Count, volume),
        new(Kind::ResponseTime, "All", Measure::Seconds, waits),
        new(Kind::Quality, "Drafts", Measure::Share, grades).counting("low grades"),
    ];
    for (number, buckets) in issues.into_iter().enumerate() {
        all.push(new(Kind::Issue, &format!("issue {number}"), Measure::Share, buckets));
    }
    for (agent, buckets) in ratings.iter().enumerate() {
        let others = (0..buckets.len())
            .map(|hour| {
                let others = ratings.iter().enumerate().filter(|(other, _)| *other != agent);
                let (count, of) = others.fold((0, 0), |(k, n), (_, l)| (k + l[hour].count, n + l[hour].of));
                Bucket::share(count, of)
            })
            .collect();
        let series = new(Kind::Agent, &format!("agent {agent}"), Measure::Share, buckets.clone());
        all.push(series.beside(others));
    }
    all
}

/// The desk's week: quiet nights, busy mornings, half at weekends.
fn usual_arrivals(hour: i64) -> f64 {
    let by_hour = match hour % 24 {
        0..=6 => 0.4,
        7 => 3.0,
        8 => 7.0,
        9..=11 => 12.0,
        12..=16 => 9.0,
        17..=19 => 6.0,
        _ => 2.0,
    };
    by_hour * if hour / 24 % 7 >= 5 { 0.5 } else { 1.0 }
}

impl Random {
    /// Clumped arrivals: more uneven than Poisson.
    fn poisson_of(&mut self, mean: f64) -> u32 {
        let clumped = mean * self.gamma(25.0);
        self.poisson(clumped)
    }
}

/// All episodes of alerts from the tenth week on, in order; what is usual is learned each week.
pub(super) fn episodes(desk: &[Series], from: i64, to: i64) -> Vec<Alert> {
    let mut told: Vec<Alert> = Vec::new();
    for series in desk {
        let threshold = Budget::default().threshold(series.pace(), series.measure(), desk.len());
        let mut usual = Usual::learn(series, LocalHour(from));
        let mut running: Option<Alert> = None;
        for hour in (from..to).map(LocalHour).filter(|hour| series.is_due(*hour)) {
            if (hour.0 - from) % WEEK > WEEK - 24 && hour.hour() == 23 {
                usual = Usual::learn(series, hour);
            }
            let Some(alert) = usual.check(series, hour, threshold) else { continue };
            if !running.as_ref().is_some_and(|before| alert.continues(before)) {
                told.push(alert.clone());
            }
            running = Some(alert);
        }
    }
    told.sort_by_key(|alert| alert.until);
    told
}
