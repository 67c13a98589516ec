//! What a message may look like, and what it must never become.

use super::{to_html, to_line};

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(to_html(text).trim(), expected, "for {text:?}");
}

#[test]
fn shows_what_the_desk_shows() {
    check(
        "# One\n\n**b** *i* ~~s~~ `c`",
        "<h1>One</h1>\n<p><strong>b</strong> <em>i</em> <del>s</del> <code>c</code></p>",
    );
    check("one\ntwo", "<p>one<br>\ntwo</p>");
    check("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>");
    check("> said", "<blockquote>\n<p>said</p>\n</blockquote>");
    check("```\n/approve 5 5 4\n```", "<pre><code>/approve 5 5 4\n</code></pre>");
    check("- [x] done", "<ul>\n<li>[x] done</li>\n</ul>");
    check("3. three", "<ol start=\"3\">\n<li>three</li>\n</ol>");
    let table = to_html("| axis | grade |\n| --- | --- |\n| tone | 5 |");
    assert!(table.starts_with("<div class=\"table\"><table><thead>"), "{table}");
    assert!(table.contains("<td>tone</td>"), "{table}");
}

#[test]
fn links_lead_out_safely_or_not_at_all() {
    check(
        "[open](https://desk.example.test/d/1)",
        "<p><a href=\"https://desk.example.test/d/1\" target=\"_blank\" rel=\"noopener noreferrer\">open</a></p>",
    );
    for bad in ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"] {
        let html = to_html(&format!("[x]({bad})"));
        assert!(!html.contains("href"), "{bad} became {html}");
    }
}

#[test]
fn html_is_text() {
    check("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>");
    for hostile in [
        "<script>alert(1)</script>",
        "hello <img src=x onerror=alert(1)>",
        "<div onclick=\"x()\">\n\n**b**\n\n</div>",
        "</p><iframe src=//x>",
        "![x](https://elsewhere.example.test/pixel.png)",
        "<table><tr><td onmouseover=x>",
    ] {
        let html = to_html(hostile).to_lowercase();
        for element in ["<script", "<img", "<iframe", "<div onclick", "<td onmouseover"] {
            assert!(!html.contains(element), "{hostile} became {html}");
        }
    }
}

#[test]
fn a_line_has_the_words_only() {
    let text = "# Hello\n\nit **is**, `now`\n[here](https://x.example.test).\n\n- one\n- <b>two</b>\n\n| a | b |\n|---|---|\n| 1 | 2 |";
    assert_eq!(to_line(text), "Hello it is, now here. one <b>two</b> a b 1 2");
}
