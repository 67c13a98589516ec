//! From the HTML that desks of 4.9 to 4.12.0 put into deliveries back to the text that somebody wrote.
//!
//! Only for what a delivery tells nowhere else, and only until the thread is read: what the desk left out while it
//! rendered (HTML in the text) cannot be brought back.

use html2text::config;

/// With these the renderer of the desk begins its blocks.
const BLOCKS: [&str; 10] = [
    "<p>",
    "<h",
    "<ul>",
    "<ol",
    "<blockquote>",
    "<pre>",
    "<hr",
    "<table>",
    "<!-- raw HTML omitted -->",
    "<div",
];
/// At a line's end or beginning these say that the line break is between blocks, not within a text.
const BLOCK_ENDS: [&str; 8] =
    ["</p>", "</li>", "</ul>", "</ol>", "</blockquote>", "</pre>", "</table>", "<br />"];
/// A message has at most 150,000 characters; nothing is wrapped.
const WIDTH: usize = 200_000;
/// Nobody writes so deeply; taking it apart would cost seconds.
const DEEPEST: usize = 60;

/// Whether a text is what the desk's renderer makes: blocks of HTML, each with a line break after it. What people write
/// ends without one.
pub(super) fn is_rendered(text: &str) -> bool {
    text.ends_with(">\n") && BLOCKS.iter().any(|block| text.starts_with(block))
}

/// The words with their line breaks, and Markdown's signs for what they looked like.
pub(super) fn written(html: &str) -> String {
    if depth(html) > DEEPEST {
        return html.trim().to_owned();
    }
    let plain = config::plain().link_footnotes(false).no_link_wrapping().no_table_borders();
    let plain = plain.unicode_strikeout(false);
    match plain.string_from_read(with_breaks(html).as_bytes(), WIDTH) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => html.trim().to_owned(),
    }
}

/// The writer's own line breaks stand as such in the HTML, where they mean no more than a space.
fn with_breaks(html: &str) -> String {
    let mut marked = String::with_capacity(html.len() + 64);
    let mut lines = html.trim_end().split('\n').peekable();
    let mut in_code = false;
    while let Some(line) = lines.next() {
        in_code = (in_code || line.contains("<pre")) && !line.contains("</pre>");
        marked.push_str(line);
        let Some(next) = lines.peek() else { break };
        marked.push_str(if in_code || is_between_blocks(line, next) { "\n" } else { "<br />\n" });
    }
    marked
}

fn is_between_blocks(before: &str, after: &str) -> bool {
    let ends = BLOCK_ENDS.iter().any(|tag| before.ends_with(tag) || after.starts_with(tag));
    let begins = BLOCKS.iter().any(|tag| after.starts_with(tag));
    // Such as `<blockquote>` or `<tr>`, alone on its line.
    let is_tag = before.starts_with('<') && before.ends_with('>') && before.matches('<').count() == 1;
    ends || begins || is_tag
}

fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        let stands_alone = tag.starts_with("!--") || tag.split('>').next().is_some_and(|t| t.ends_with('/'));
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !stands_alone {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

#[cfg(test)]
mod tests;
