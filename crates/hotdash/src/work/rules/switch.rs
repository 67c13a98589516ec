//! Switching a rule on or off in the text of the edited layer, and touching nothing else of it.

use toml::Table;

const HEADER: &str = "[switches]";

/// The text with this rule switched; what people wrote, comments included, stays as it is.
pub(super) fn switched(text: &str, rule: &str, on: bool) -> String {
    let entry = format!("{} = {on}", toml::Value::String(rule.to_owned()));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Some(header) = lines.iter().position(|line| line.trim() == HEADER) else {
        if lines.last().is_some_and(|line| !line.trim().is_empty()) {
            lines.push(String::new());
        }
        lines.extend([HEADER.to_owned(), entry]);
        return lines.join("\n") + "\n";
    };
    let end = lines.iter().skip(header + 1).position(|line| line.trim_start().starts_with('['));
    let end = end.map_or(lines.len(), |after| header + 1 + after);
    let names = |line: &String| line.parse::<Table>().is_ok_and(|table| table.contains_key(rule));
    match lines.iter().take(end).skip(header + 1).position(names) {
        Some(after) => lines[header + 1 + after] = entry,
        None => lines.insert(header + 1, entry),
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests;
