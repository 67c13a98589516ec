//! Where the new text of a mail ends.

use super::{from_html, new_part};

#[test]
fn quotations_and_signatures_are_cut() {
    for (text, new) in [
        (
            "Great, thanks!\n\nOn Sun, 22 Nov 2026 at 10:00, Ben <support@hotrodan.test> wrote:\n> Hello Bob,",
            "Great, thanks!",
        ),
        ("Danke!\n\nAm 22.11.2026 um 10:00 schrieb Ben <support@hotrodan.test>:\n> Hallo", "Danke!"),
        (
            "Yes.\n\nOn Sun, 22 Nov 2026 at 10:00, Ben Agent of Hot Rodan\n<support@hotrodan.test> wrote:\n> Hello",
            "Yes.",
        ),
        ("Hello,\n\nwhat now?\n\nBob\n--\nBob Buyer\nTel +49 30 5550199", "Hello,\n\nwhat now?\n\nBob"),
        ("Fine\n-----Original Message-----\nFrom: Ben", "Fine"),
        ("On Monday I ordered jets.\nWhere are they?", "On Monday I ordered jets.\nWhere are they?"),
        ("> only a quotation", "> only a quotation"),
        ("", ""),
    ] {
        assert_eq!(new_part(text), new, "{text:?}");
    }
}

#[test]
fn html_becomes_text() {
    let html = "<p>Hello,</p><p>I got the <b>wrong jets</b> &amp; more.</p><p>Bob</p>\n";
    assert_eq!(from_html(html), "Hello,\n\nI got the wrong jets & more.\n\nBob");
}
