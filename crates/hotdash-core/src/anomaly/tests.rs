//! Single looks; the simulations of years stand below.

mod clean;
mod desk;
mod planted;

use super::*;

const NINE_WEEKS: i64 = 9 * WEEK;

/// 20 conversations an hour by day, 2 at night, a little uneven.
fn counts() -> Vec<Bucket> {
    (0..NINE_WEEKS)
        .map(|hour| Bucket::count(if hour % 24 < 8 { 2 } else { 18 + (hour % 5) as u32 }))
        .collect()
}

fn volume(buckets: Vec<Bucket>) -> Series {
    Series::new(Kind::Volume, "All conversations", Measure::Count, LocalHour(0), buckets)
}

fn look(series: Series, hour: i64) -> Option<Alert> {
    find_anomalies(&[series], LocalHour(hour), Budget::default()).pop()
}

#[test]
fn a_usual_hour_is_no_alert() {
    assert_eq!(look(volume(counts()), NINE_WEEKS - 1), None);
}

#[test]
fn silence_in_the_middle_of_a_day_is_an_alert() {
    let mut buckets = counts();
    for hour in 11..14 {
        buckets[(NINE_WEEKS - 24 + hour) as usize].count = 0;
    }
    let alert = look(volume(buckets), NINE_WEEKS - 24 + 13).unwrap();
    assert_eq!((alert.direction, alert.observed), (Direction::Below, 0.0));
    assert!(
        alert.sentence.starts_with("All conversations: 0 conversations since 11:00, usually "),
        "{}",
        alert.sentence
    );
}

#[test]
fn a_holiday_is_neither_judged_nor_learned_from() {
    let mut buckets = counts();
    for bucket in &mut buckets[(NINE_WEEKS - 24) as usize..] {
        *bucket = Bucket { unusual: true, ..Bucket::count(0) };
    }
    assert_eq!(look(volume(buckets.clone()), NINE_WEEKS - 1), None);
    // The same day a week later has seven weeks left to be compared with, and the empty day is not one of them.
    buckets.extend(counts().into_iter().take(WEEK as usize));
    assert_eq!(look(volume(buckets), NINE_WEEKS + WEEK - 1), None);
}

#[test]
fn with_three_weeks_nothing_is_usual_yet() {
    let mut buckets: Vec<Bucket> = counts().into_iter().take(3 * WEEK as usize).collect();
    buckets.push(Bucket::count(500));
    assert_eq!(look(volume(buckets), 3 * WEEK), None);
}

#[test]
fn an_issue_that_grows_with_all_the_others_is_no_alert_of_its_own() {
    let base = || (0..NINE_WEEKS).map(|hour| Bucket::share(u32::from(hour % 2 == 0), 10));
    let mut doubled: Vec<Bucket> = base().collect();
    let mut own: Vec<Bucket> = base().collect();
    for hour in NINE_WEEKS - 8..NINE_WEEKS {
        doubled[hour as usize] = Bucket::share(1, 20);
        own[hour as usize] = Bucket::share(4, 10);
    }
    let issue = |buckets| Series::new(Kind::Issue, "Shipping", Measure::Share, LocalHour(0), buckets);
    assert_eq!(look(issue(doubled), NINE_WEEKS - 1), None);
    let alert = look(issue(own), NINE_WEEKS - 1).unwrap();
    assert!(alert.observed >= 8.0 && alert.usual.upper < alert.observed);
    assert!(alert.sentence.starts_with("Shipping: "), "{}", alert.sentence);
}

#[test]
fn an_agent_with_the_same_bad_day_as_everybody_is_no_alert() {
    // Two ratings a day, one in twenty bad; then a week in which every second is bad.
    let ratings = |bad_week: bool| -> Vec<Bucket> {
        (0..NINE_WEEKS)
            .map(|hour| match hour % 24 {
                10 | 11 | 14 | 15 => {
                    let is_bad = hour / 24 % 5 == 0 && hour % 24 == 10;
                    let in_week = bad_week && hour >= NINE_WEEKS - WEEK;
                    Bucket::share(u32::from(is_bad || in_week && hour % 2 == 0), 1)
                }
                _ => Bucket::default(),
            })
            .collect()
    };
    let ben = || {
        Series::new(Kind::Agent, "Ben", Measure::Share, LocalHour(0), ratings(true)).counting("low ratings")
    };
    let sunday = LocalHour(NINE_WEEKS - 1);
    let alone = find_anomalies(&[ben().beside(ratings(false))], sunday, Budget::default());
    assert_eq!(alone[0].kind, Kind::Agent);
    assert!(alone[0].sentence.contains("low ratings of 28 since "), "{}", alone[0].sentence);
    assert_eq!(find_anomalies(&[ben().beside(ratings(true))], sunday, Budget::default()), []);
    // Agents are looked at after a day's last hour only.
    assert_eq!(find_anomalies(&[ben()], LocalHour(NINE_WEEKS - 2), Budget::default()), []);
}

#[test]
fn an_alert_that_goes_on_is_the_same_episode() {
    let mut buckets = counts();
    for hour in NINE_WEEKS - 12..NINE_WEEKS {
        buckets[hour as usize].count = 80;
    }
    let series = volume(buckets);
    let first = look(series.clone(), NINE_WEEKS - 6).unwrap();
    let later = look(series, NINE_WEEKS - 1).unwrap();
    assert!(later.continues(&first));
    assert!(!Alert { direction: Direction::Below, ..later.clone() }.continues(&first));
    assert!(!Alert { since: LocalHour(first.until.0 + 25), ..later }.continues(&first));
}
