//! One bar that is cut into shares, beside what was aimed at.

use super::{Caption, number, percent, short};
use askama::Template;
use askama::filters::HtmlSafe;

/// A share of the whole.
#[derive(Debug, Clone)]
pub(in crate::web::ui) struct Share {
    pub(in crate::web::ui) name: String,
    /// Which colour of the style sheet: `good`, `fair`, `poor`, `bad`, `rest`.
    pub(in crate::web::ui) class: &'static str,
    pub(in crate::web::ui) count: usize,
    /// The number as people read it, where it is not a count.
    pub(in crate::web::ui) words: Option<String>,
    /// What was aimed at, in percent, where something was.
    pub(in crate::web::ui) goal: Option<&'static str>,
    pub(in crate::web::ui) href: String,
}

#[derive(Template)]
#[template(path = "charts/shares.html")]
pub(in crate::web::ui) struct Shares {
    caption: Caption,
    of: &'static str,
    unit: &'static str,
    placed: Vec<Placed>,
    has_goal: bool,
}

struct Placed {
    share: Share,
    x: String,
    width: String,
    middle: String,
    percent: String,
    /// It is wide enough to carry its percentage on the smallest page.
    shows: bool,
}

impl Shares {
    pub(in crate::web::ui) fn new(
        caption: Caption,
        of: &'static str,
        unit: &'static str,
        shares: Vec<Share>,
    ) -> Self {
        let all = number(shares.iter().map(|share| share.count).sum());
        let mut left = 0.0;
        let has_goal = shares.iter().any(|share| share.goal.is_some());
        let placed = shares.into_iter().map(|share| {
            let part = percent(number(share.count), all);
            let x = left;
            left += part;
            Placed {
                x: short(x),
                width: short((part - 0.4).max(0.0)),
                middle: short(x + part / 2.0),
                percent: in_percent(part),
                shows: part >= 12.0,
                share,
            }
        });
        Self { caption, of, unit, placed: placed.collect(), has_goal }
    }
}

/// `81 %`, and `0.4 %` where whole numbers would say nothing.
fn in_percent(part: f64) -> String {
    if part > 0.0 && part < 1.0 { format!("{part:.1} %") } else { format!("{part:.0} %") }
}

impl HtmlSafe for Shares {}
