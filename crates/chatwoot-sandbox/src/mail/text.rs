//! The text of a mail: what is new in it, and what HTML says.

use mail_parser::decoders::html::html_to_text;

/// HTML as plain text: paragraphs apart, markup gone.
pub(crate) fn from_html(html: &str) -> String {
    // The decoder ends a paragraph with one line break; a reader expects a blank line.
    html_to_text(&html.replace("</p>", "</p><br>")).trim().to_owned()
}

/// The text above the quoted thread and the signature.
pub(crate) fn new_part(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len()).find(|n| ends_new_text(&lines[*n..])).unwrap_or(lines.len());
    // A mail that only quotes has no new text; showing all of it is better than showing nothing.
    let new = lines[..end].join("\n").trim().to_owned();
    if new.is_empty() { text.trim().to_owned() } else { new }
}

/// Whether a signature or a quotation begins here.
fn ends_new_text(lines: &[&str]) -> bool {
    let Some(line) = lines.first().map(|line| line.trim_end()) else { return true };
    line == "--"
        || line.starts_with('>')
        || line.starts_with("-----Original Message-----")
        || line.starts_with("-----Ursprüngliche Nachricht-----")
        || is_attribution(line)
        // A long attribution is broken over two lines.
        || lines.get(1).is_some_and(|next| !line.ends_with(':') && is_attribution(&format!("{line} {}", next.trim())))
}

/// `On …, somebody wrote:` in the languages whose mail programs are met most.
fn is_attribution(line: &str) -> bool {
    const FORMS: [(&str, &str); 4] =
        [("On ", " wrote:"), ("Am ", ":"), ("Le ", " a écrit :"), ("El ", " escribió:")];
    let fits = |(start, end): &(&str, &str)| line.starts_with(start) && line.ends_with(end);
    FORMS.iter().any(fits) && (!line.starts_with("Am ") || line.contains(" schrieb"))
}

#[cfg(test)]
mod tests;
