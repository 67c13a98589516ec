//! What old desks rendered, beside what was written.

use super::*;

#[test]
fn rendered_text_is_known_by_its_shape() {
    for rendered in ["<p>Hello</p>\n", "<ul>\n<li>a</li>\n</ul>\n", "<h2>Bob</h2>\n<p>Tel</p>\n", "<hr />\n"]
    {
        assert!(is_rendered(rendered), "{rendered:?}");
    }
    for written in ["", "Hello\n", "<p>Hello</p>", "I wrote <p> and </p>\n", "5 < 6\n", "**bold**"] {
        assert!(!is_rendered(written), "{written:?}");
    }
}

#[test]
fn what_was_written_comes_back() {
    for (html, text) in [
        ("<p>Thank you! 🙏</p>\n", "Thank you! 🙏"),
        ("<p>Guten Tag,\nwo ist sie?\nGrüße</p>\n", "Guten Tag,\nwo ist sie?\nGrüße"),
        ("<p>One</p>\n<p>Two &amp; <strong>three</strong></p>\n", "One\n\nTwo & **three**"),
        ("<p>First<br />\nsecond</p>\n", "First\nsecond"),
        ("<p>one\n<strong>two</strong>\n<em>three</em></p>\n", "one\n**two**\n*three*"),
        ("<p>On it:</p>\n<ul>\n<li>a</li>\n<li>b <code>c</code></li>\n</ul>\n", "On it:\n* a\n* b `c`"),
        (
            "<p>He wrote:</p>\n<blockquote>\n<p>Hello Bob,\nBen</p>\n</blockquote>\n",
            "He wrote:\n\n> Hello Bob,\n> Ben",
        ),
        ("<p>where is <!-- raw HTML omitted --> &amp; when?\nMonday</p>\n", "where is & when?\nMonday"),
        ("<pre><code>a\n  b\n</code></pre>\n", "`a\n  b\n`"),
    ] {
        assert!(is_rendered(html), "{html:?}");
        assert_eq!(written(html), text, "{html:?}");
    }
}

#[test]
fn depth_costs_nothing() {
    let deep = format!("{}<p>x</p>\n{}", "<blockquote>\n".repeat(20_000), "</blockquote>\n".repeat(20_000));
    assert!(is_rendered(&deep));
    assert_eq!(written(&deep), deep.trim(), "left as it is");
    let broken = "<p>".repeat(40) + "</b></i>>>\n";
    assert!(!written(&broken).is_empty());
}
