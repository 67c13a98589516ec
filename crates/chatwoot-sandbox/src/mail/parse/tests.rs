//! What a mail's headers and parts become.

use super::mail;

#[test]
fn a_plain_mail() {
    let raw = "From: Bob Buyer <Bob@Example.test>\r\nTo: support@hotrodan.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
               Date: Sun, 22 Nov 2026 12:54:27 -0330\r\nMessage-ID: <one@example.test>\r\nIn-Reply-To: <zero@example.test>\r\n\
               References: <a@example.test> <zero@example.test>\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n\
               Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\nBob\r\n";
    let mail = mail(raw.as_bytes()).unwrap();
    assert_eq!((mail.from.as_str(), mail.from_name.as_deref()), ("bob@example.test", Some("Bob Buyer")));
    assert_eq!(mail.to, ["support@hotrodan.test"]);
    assert_eq!(mail.subject.as_deref(), Some("Grüße"));
    assert_eq!(mail.date.as_deref(), Some("2026-11-22T12:54:27.000-03:30"));
    assert_eq!(mail.message_id, "one@example.test");
    assert_eq!(mail.in_reply_to.as_deref(), Some("zero@example.test"));
    assert_eq!(mail.references, ["a@example.test", "zero@example.test"]);
    assert_eq!(mail.content_type.as_deref(), Some("text/plain; charset=utf-8"));
    assert_eq!(
        mail.text.as_deref(),
        Some("Grüße\r\nBob\r\n"),
        "decoded text keeps the line ends of the wire"
    );
    assert_eq!(mail.html, None);
    assert!(!mail.multipart && !mail.auto_reply && mail.attachments.is_empty());
}

#[test]
fn a_mail_with_html_and_a_file() {
    let raw = "From: bob@example.test\nTo: support@hotrodan.test\nAuto-Submitted: auto-replied\n\
               Content-Type: multipart/mixed; boundary=\"==a==\"\n\n--==a==\nContent-Type: text/html; charset=utf-8\n\n\
               <p>Hello</p>\n--==a==\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"r.pdf\"\n\
               Content-Transfer-Encoding: base64\n\nJVBERg==\n--==a==--\n";
    let mail = mail(raw.as_bytes()).unwrap();
    assert_eq!(mail.text, None, "HTML is not turned into a plain part");
    assert_eq!(mail.html.as_deref().map(str::trim), Some("<p>Hello</p>"));
    assert_eq!(mail.content_type.as_deref(), Some("multipart/mixed; boundary=\"==a==\""));
    assert!(mail.multipart && mail.auto_reply);
    let file = &mail.attachments[0];
    assert_eq!((file.file_name.as_str(), file.content_type.as_str()), ("r.pdf", "application/pdf"));
    assert_eq!(&file.data[..], b"%PDF");
    assert!(mail.message_id.ends_with("@in.acme.test"), "a mail without an id gets one");
}

#[test]
fn what_nobody_sent_is_no_mail() {
    assert!(mail(b"").is_none());
    assert!(mail(b"Subject: hello\n\nWho am I?\n").is_none());
}
