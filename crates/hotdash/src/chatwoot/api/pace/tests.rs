//! The picture moves with the desk.

use super::*;

#[test]
fn the_last_lists_count_and_older_ones_are_forgotten() {
    let times = AnswerTimes::default();
    assert_eq!(times.pace(), None);
    let ms = Duration::from_millis;
    for took in [10, 20, 90] {
        times.add(ms(took));
    }
    assert_eq!(times.pace(), Some(Pace { lists: 3, mean: ms(40), median: ms(20), last: ms(90) }));
    for _ in 0..KEPT {
        times.add(ms(670));
    }
    assert_eq!(times.pace(), Some(Pace { lists: 32, mean: ms(670), median: ms(670), last: ms(670) }));
}
