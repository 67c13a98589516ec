//! The recorded forms.

use super::{html, plain};

#[test]
fn html_is_what_was_recorded() {
    for (text, recorded) in [
        (
            "Hello Bob,\n\n**size 72** is on its way.\n\nBen",
            "<p>Hello Bob,</p>\n<p><strong>size 72</strong> is on its way.</p>\n<p>Ben</p>\n",
        ),
        (
            "my order <A-17> & when?\nIt was due.",
            "<p>my order <!-- raw HTML omitted --> &amp; when?\nIt was due.</p>\n",
        ),
        (
            "- carrier: **UPS**\n- price: `{{ 5 | plus: 3 }}` & <b>10 €</b>",
            "<ul>\n<li>carrier: <strong>UPS</strong></li>\n<li>price: <code>{{ 5 | plus: 3 }}</code> &amp; \
             <!-- raw HTML omitted -->10 €<!-- raw HTML omitted --></li>\n</ul>\n",
        ),
        (
            "Ben <support@hotrodan.test> wrote:\n> Hello",
            "<p>Ben <a href=\"mailto:support@hotrodan.test\">support@hotrodan.test</a> wrote:</p>\n<blockquote>\n<p>Hello</p>\n</blockquote>\n",
        ),
        ("Bob\n--\nTel", "<h2>Bob</h2>\n<p>Tel</p>\n"),
        ("Bot's draft", "<p>Bot's draft</p>\n"),
        ("", ""),
    ] {
        assert_eq!(html(text), recorded);
    }
}

#[test]
fn a_text_message_has_no_markup() {
    assert_eq!(plain("On its way: **today**."), "On its way: today.");
    assert_eq!(plain("Hello\n\n- a\n- `b`"), "Hello\n\na\nb");
}
