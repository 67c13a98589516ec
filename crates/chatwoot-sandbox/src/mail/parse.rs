//! From the bytes of a mail to its parts.

use bytes::Bytes;
use mail_parser::{
    Address, ContentType, DateTime, HeaderValue, Message, MessageParser, MimeHeaders, PartType,
};
use uuid::Uuid;

use crate::act::{IncomingMail, NewAttachment};

/// Takes a mail apart. `None` if nobody can be seen to have sent it.
pub(super) fn mail(raw: &[u8]) -> Option<IncomingMail> {
    let message = MessageParser::default().parse(raw)?;
    let from = message.from()?.first()?;
    Some(IncomingMail {
        from: from.address()?.to_lowercase(),
        from_name: from.name().map(str::to_owned),
        to: addresses(message.to()),
        cc: addresses(message.cc()),
        bcc: addresses(message.bcc()),
        subject: message.subject().map(str::to_owned),
        message_id: message.message_id().map_or_else(made_up_id, str::to_owned),
        in_reply_to: ids(message.in_reply_to()).into_iter().next(),
        references: ids(message.references()),
        date: message.date().map(iso_with_offset),
        content_type: message.content_type().map(as_text),
        multipart: message.root_part().is_multipart(),
        text: text(&message),
        html: html(&message),
        auto_reply: is_automatic(&message),
        attachments: attachments(&message),
    })
}

fn made_up_id() -> String {
    format!("{}@in.acme.test", Uuid::new_v4())
}

fn addresses(given: Option<&Address<'_>>) -> Vec<String> {
    let all = given.into_iter().flat_map(Address::iter);
    all.filter_map(|address| address.address()).map(str::to_lowercase).collect()
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    value.as_text_list().map(|list| list.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

/// Not the parser's own form, which shortens an offset of zero.
fn iso_with_offset(at: &DateTime) -> String {
    let sign = if at.tz_before_gmt && (at.tz_hour, at.tz_minute) != (0, 0) { '-' } else { '+' };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000{sign}{:02}:{:02}",
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.tz_hour, at.tz_minute
    )
}

fn as_text(kind: &ContentType<'_>) -> String {
    let mut text = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default());
    for attribute in kind.attributes().unwrap_or_default() {
        let is_token = attribute.value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
        let quote = if is_token { "" } else { "\"" };
        text.push_str(&format!("; {}={quote}{}{quote}", attribute.name, attribute.value));
    }
    text
}

/// The plain part. One that was encoded for its way comes out with the line ends of the wire.
fn text(message: &Message<'_>) -> Option<String> {
    let part = message.text_bodies().find(|part| matches!(part.body, PartType::Text(_)))?;
    let text = part.text_contents()?.replace("\r\n", "\n");
    let encoding = part.content_transfer_encoding().unwrap_or("7bit");
    Some(if encoding.eq_ignore_ascii_case("7bit") { text } else { text.replace('\n', "\r\n") })
}

fn html(message: &Message<'_>) -> Option<String> {
    let part = message.html_bodies().find(|part| matches!(part.body, PartType::Html(_)))?;
    part.text_contents().map(str::to_owned)
}

fn is_automatic(message: &Message<'_>) -> bool {
    let header =
        |name: &'static str| message.header(name).and_then(HeaderValue::as_text).map(str::to_lowercase);
    header("Auto-Submitted").is_some_and(|value| value != "no")
        || header("X-Autoreply").is_some_and(|value| value == "yes")
        || header("Precedence").is_some_and(|value| value == "auto_reply")
        || header("X-Auto-Response-Suppress").is_some_and(|value| value == "all")
}

fn attachments(message: &Message<'_>) -> Vec<NewAttachment> {
    let attachment = |part: &mail_parser::MessagePart<'_>| NewAttachment {
        file_name: part.attachment_name().unwrap_or("attachment").to_owned(),
        content_type: part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()),
        ),
        data: Bytes::copy_from_slice(part.contents()),
    };
    message.attachments().map(attachment).collect()
}

#[cfg(test)]
mod tests;
