//! Line icons, drawn on a grid of 24. Each stands beside a word or carries a label; alone they mean nothing.

use askama::filters::HtmlSafe;
use std::fmt;

/// An icon as SVG.
#[derive(Clone, Copy)]
pub(crate) struct Icon(&'static str);

impl Icon {
    pub(super) fn named(name: &str) -> Self {
        Self(match name {
            "queue" => r#"<path d="M4 13l2-8h12l2 8v6H4zM4 13h5l1 3h4l1-3h5"/>"#,
            "deliveries" => r#"<path d="M12 3v11M7.500 9.500L12 14l4.500-4.500M4 15v5h16v-5"/>"#,
            "dashboard" => r#"<path d="M4 20V10M10 20V4M16 20v-7M22 20H2"/>"#,
            "rules" => r#"<path d="M6 4v7a4 4 0 0 0 4 4h9M15.500 11.500L19 15l-3.500 3.500M6 15v5"/>"#,
            "again" => r#"<path d="M19.500 12a7.500 7.500 0 1 1-2.200-5.300M19.500 3.500v4h-4"/>"#,
            "keys" => r#"<path d="M3 7h18v10H3zM7 14h10M7 10.5h.1M10.5 10.5h.1M14 10.5h.1M17 10.5h.1"/>"#,
            "desk" => r#"<path d="M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"/>"#,
            "back" => r#"<path d="M15 5l-7 7 7 7"/>"#,
            "search" => r#"<circle cx="11" cy="11" r="6.5"/><path d="M16 16l5 5"/>"#,
            "chat" => r#"<path d="M4 5h16v11H9l-5 4z"/>"#,
            "mail" => r#"<path d="M3 6h18v12H3zM3 7l9 7 9-7"/>"#,
            "phone" => r#"<path d="M7 2h10v20H7zM11 18h2"/>"#,
            "code" => r#"<path d="M8 5l-6 7 6 7M16 5l6 7-6 7"/>"#,
            "pen" => r#"<path d="M4 20l4-1L20 7l-3-3L5 16z"/>"#,
            "warn" => r#"<path d="M12 3.5L22 20.5H2zM12 10v5M12 17.6v.1"/>"#,
            "check" => r#"<path d="M4 12.5l5.5 5.5L20 6.5"/>"#,
            "cross" => r#"<path d="M6 6l12 12M18 6L6 18"/>"#,
            "clock" => r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>"#,
            "file" => r#"<path d="M6 2h9l4 4v16H6zM14 2v5h5"/>"#,
            "book" => {
                r#"<path d="M5 4.5A2.5 2.5 0 0 1 7.500 2H19v16H7.500A2.500 2.500 0 0 0 5 20.500zM5 20V4.500M5 20.500A2 2 0 0 0 7 22h12v-4"/>"#
            }
            "lock" => r#"<path d="M5 11h14v10H5zM8 11V7.500a4 4 0 0 1 8 0V11"/>"#,
            "two" => {
                r#"<circle cx="9" cy="8" r="3.5"/><path d="M2.500 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.800a3.500 3.500 0 0 1 0 6.400M18.500 14.500c1.800.9 2.800 2.700 3 5.500"/>"#
            }
            "info" => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.500v.1"/>"#,
            _ => "",
        })
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{}</svg>"#, self.0)
    }
}

impl askama::FastWritable for Icon {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}

/// Only the constants above are ever in it.
impl HtmlSafe for Icon {}
