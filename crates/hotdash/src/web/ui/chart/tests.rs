//! What a chart draws is what its table says.

use super::*;
use askama::Template;

fn caption() -> Caption {
    Caption { id: "c", title: "Title & more".into(), desc: "What one sees.".into() }
}

fn bar(label: &str, count: usize) -> Bar {
    Bar {
        label: label.into(),
        words: format!("class {label}"),
        count,
        href: format!("/x?c={label}"),
        hot: count > 5,
    }
}

/// Everything between two texts, each time.
fn between<'a>(html: &'a str, from: &str, until: &str) -> Vec<&'a str> {
    html.split(from).skip(1).filter_map(|rest| rest.split(until).next()).collect()
}

/// What every chart must have: a named group with title and description, and a table.
fn is_accessible(html: &str) {
    assert_eq!(html.matches("aria-labelledby=\"c-title c-desc\"").count(), 1, "{html}");
    for part in [
        "<title id=\"c-title\">Title &#38; more</title>",
        "<desc id=\"c-desc\">What one sees.</desc>",
        "<table",
        "<th scope=\"row\">",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains(" style=") && !html.contains("NaN") && !html.contains("inf"), "{html}");
}

#[test]
fn a_bar_is_as_high_as_its_number_and_so_says_the_table() {
    let mark = Quantile { name: "median", words: "4 min".into(), at: 1.5 };
    let html =
        Bars::new(caption(), "Class", "Things", vec![bar("a", 5), bar("b", 10), bar("c", 0)], vec![mark])
            .render()
            .unwrap();
    is_accessible(&html);
    let heights: Vec<&str> = html
        .lines()
        .flat_map(|l| between(l, "<rect class=\"bar", "/>"))
        .flat_map(|b| between(b, " height=\"", "\""))
        .collect();
    assert_eq!(heights, ["75", "150", "0"]);
    let cells: Vec<&str> = between(&html, "<td><a href=\"/x?c=", "</a>")
        .into_iter()
        .filter_map(|c| c.split('>').nth(1))
        .collect();
    assert_eq!(cells, ["5", "10", "0"]);
    assert!(html.contains("x1=\"50%\""), "the median stands in the middle of the second of three: {html}");
    assert!(html.contains("bar hot"), "{html}");
}

#[test]
fn a_chart_of_nothing_draws_nothing_wrong() {
    is_accessible(&Bars::new(caption(), "Class", "Things", vec![bar("a", 0)], vec![]).render().unwrap());
    let html = Shares::new(caption(), "Part", "Things", vec![share("a", 0)]).render().unwrap();
    is_accessible(&html);
    assert!(!html.contains("<rect"), "{html}");
    assert_eq!(Spark::new(&[Some(1.0)], None).render().unwrap().trim(), "");
    assert!(!Spark::new(&[Some(1.0), Some(1.0)], None).render().unwrap().contains("NaN"));
    Line::new(caption(), "Day", "Things", vec![], |top| top.to_string()).render().unwrap();
}

fn share(name: &str, count: usize) -> Share {
    Share { name: name.into(), class: "good", count, words: None, goal: Some("80 %"), href: "/x".into() }
}

#[test]
fn shares_fill_the_bar_and_each_says_its_part() {
    let html = Shares::new(caption(), "Part", "Things", vec![share("a", 3), share("b", 1), share("c", 0)])
        .render()
        .unwrap();
    is_accessible(&html);
    assert_eq!(between(&html, "<rect class=\"good\" x=\"", "%"), ["0", "75"]);
    assert!(
        html.contains("<td>75 %</td>") && html.contains("<td>25 %</td>") && html.contains("<td>0 %</td>"),
        "{html}"
    );
    let few =
        Shares::new(caption(), "Part", "Things", vec![share("a", 999), share("b", 1)]).render().unwrap();
    assert!(few.contains("<td>0.1 %</td>"), "{few}");
}

#[test]
fn every_hour_of_the_week_is_in_the_heat_map_and_in_its_table() {
    let days = (0..7).map(|day| {
        (0..24).map(|hour| HeatCell { count: day * hour, href: format!("/x?d={day}&h={hour}") }).collect()
    });
    let html = Heat::new(caption(), days.collect()).render().unwrap();
    is_accessible(&html);
    assert_eq!(html.matches("<rect").count(), 168);
    assert_eq!(html.matches("class=\"h9\"").count(), 3, "126, 132 and 138 are in the highest ninth");
    assert!(
        html.contains("aria-label=\"Sunday 23:00, 138\"") && html.contains("<td>5796</td>"),
        "sum of all: {html}"
    );
    // Not by Tab: the table has the same links.
    assert_eq!(html.matches("<a href").count(), html.matches("tabindex=\"-1\"").count() + 138);
}

#[test]
fn a_line_has_a_gap_where_nothing_was_measured_and_names_what_is_apart() {
    let point = |value: Option<f64>, apart: &'static str| Point {
        label: "1 Nov".into(),
        words: "Sunday 1 November".into(),
        value,
        value_words: value.map_or("–".into(), |v| v.to_string()),
        usual: Some((1.0, 2.0)),
        usual_words: "1–2".into(),
        apart,
        href: "/x".into(),
    };
    let points = vec![
        point(Some(1.0), ""),
        point(Some(2.0), ""),
        point(None, ""),
        point(Some(9.0), "above the usual"),
    ];
    let html = Line::new(caption(), "Day", "Things", points, |top| format!("{top}")).render().unwrap();
    is_accessible(&html);
    assert_eq!(html.matches("<polyline").count(), 2);
    assert_eq!(html.matches("<polygon").count(), 1);
    assert_eq!(html.matches("class=\"dot hot\"").count(), 1);
    assert!(
        html.contains("Sunday 1 November: 9, above the usual") && html.contains("<td>above the usual</td>"),
        "{html}"
    );
}

#[test]
fn axes_end_at_round_numbers() {
    assert_eq!([0.0, 1.0, 1.2, 9.0, 11.0, 278.0].map(axis_end), [1.0, 1.0, 2.0, 10.0, 20.0, 300.0]);
    assert_eq!([0.0, 12.5, 33.333, -0.001].map(short), ["0", "12.5", "33.33", "0"]);
}
