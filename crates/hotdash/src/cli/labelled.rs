//! Messages with labels, from a CSV file or from one JSON object a line.

use super::eval::read;
use anyhow::{Context, bail};
use clap::Args;
use hotdash_core::learn::{Row, Task};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Which file, and where in it text and label stand.
#[derive(Debug, Args)]
pub(super) struct Labelled {
    /// Messages with labels: CSV with a line of column names, or one JSON object a line; plain or gzipped.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The column, or the JSON key, of the message.
    #[arg(long, value_name = "NAME", default_value = "text")]
    text_column: String,
    /// The column, or the JSON key, of the label.
    #[arg(long, value_name = "NAME", default_value = "label")]
    label_column: String,
}

impl Labelled {
    pub(super) fn rows(&self) -> anyhow::Result<Vec<Row>> {
        let text = read(&self.data)?;
        let text = text.trim_start_matches('\u{feff}');
        let rows = if text.trim_start().starts_with('{') { self.json(text) } else { self.csv(text) };
        let rows = rows.with_context(|| self.data.display().to_string())?;
        if rows.is_empty() {
            bail!("{}: there is no row in it", self.data.display());
        }
        Ok(rows)
    }

    fn csv(&self, text: &str) -> anyhow::Result<Vec<Row>> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let names = reader.headers().context("no line of column names")?.clone();
        let column = |wanted: &str, option: &str| {
            let at = names.iter().position(|name| name.trim() == wanted);
            at.with_context(|| {
                let there: Vec<&str> = names.iter().collect();
                format!("there is no column {wanted:?}: choose with {option} among {}", there.join(", "))
            })
        };
        let (text_at, label_at) =
            (column(&self.text_column, "--text-column")?, column(&self.label_column, "--label-column")?);
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |at: usize, name: &str| {
                record.get(at).with_context(|| format!("line {line} has no column {name:?}: it is too short"))
            };
            let text = cell(text_at, &self.text_column)?.to_owned();
            let label = cell(label_at, &self.label_column)?.trim().to_owned();
            rows.push(Row { line, text, label });
        }
        Ok(rows)
    }

    fn json(&self, text: &str) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (line, object) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let object: Map<String, Value> =
                serde_json::from_str(object).with_context(|| format!("line {line} is no JSON object"))?;
            let value = |key: &str, option: &str| match object.get(key) {
                Some(Value::String(text)) => Ok(text.clone()),
                Some(value @ (Value::Bool(_) | Value::Number(_))) => Ok(value.to_string()),
                Some(_) => bail!("line {line}: {key:?} is neither text nor true or false"),
                None => {
                    let there: Vec<&str> = object.keys().map(String::as_str).collect();
                    bail!("line {line} has no {key:?}: choose with {option} among {}", there.join(", "))
                }
            };
            let text = value(&self.text_column, "--text-column")?;
            let label = value(&self.label_column, "--label-column")?.trim().to_owned();
            rows.push(Row { line, text, label });
        }
        Ok(rows)
    }
}

/// The task's name on the command line.
pub(super) fn task(name: &str) -> Result<Task, String> {
    Task::ALL.into_iter().find(|task| task.name() == name).ok_or_else(|| {
        let names: Vec<&str> = Task::ALL.iter().map(|task| task.name()).collect();
        format!("write one of {}", names.join(", "))
    })
}
