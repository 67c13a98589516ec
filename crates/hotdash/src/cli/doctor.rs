//! `hotdash doctor`.

use crate::clock::Clock;
use crate::config::Config;
use crate::work::doctor::{Check, Diagnosis, Verdict, examine, examine_delivery};
use anyhow::Context;
use clap::Args;
use secrecy::ExposeSecret;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use textwrap::{Options, WordSeparator, WordSplitter};

/// What every terminal has.
const WIDTH: usize = 80;
/// What a delivery may have, and some headers.
const LONGEST_CAPTURE: u64 = 16 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Mend what an API call can mend: register the webhook or correct its address, complete its events, remove a spare
    /// registration of ours. Prints the setting for a secret that is not known here yet.
    #[arg(long)]
    fix: bool,
    /// Print one JSON object: `well`, the `checks` of the house, and `desks` with the checks of each. Secrets are left
    /// out.
    #[arg(long)]
    json: bool,
    /// Examine a delivery that was refused instead: a file with its header lines, an empty line and its raw body, or `-`
    /// for standard input. Says which secret signed it, in which form, and when.
    #[arg(long, value_name = "FILE", conflicts_with = "fix")]
    delivery: Option<PathBuf>,
}

impl Doctor {
    /// Warnings do not fail; what is wrong does.
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let clock = Clock::real();
        let diagnosis = match &self.delivery {
            Some(file) => Diagnosis::of_delivery(examine_delivery(config, &clock, &read(file)?).await),
            None => examine(config, &clock, self.fix).await,
        };
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(&diagnosis)?)?;
        } else {
            print(&mut out, &diagnosis)?;
        }
        Ok(if diagnosis.well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().take(LONGEST_CAPTURE).read_to_end(&mut bytes).context("standard input")?;
    } else {
        let opened = std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        opened.take(LONGEST_CAPTURE).read_to_end(&mut bytes).with_context(|| file.display().to_string())?;
    }
    Ok(bytes)
}

fn print(out: &mut impl Write, diagnosis: &Diagnosis) -> io::Result<()> {
    for check in &diagnosis.checks {
        print_check(out, check)?;
    }
    for desk in &diagnosis.desks {
        if diagnosis.desks.len() > 1 {
            writeln!(out, "\n{} ({}, account {}):", desk.key, desk.url, desk.account)?;
        }
        for check in &desk.checks {
            print_check(out, check)?;
        }
        if let Some((variable, secret)) = &desk.new_secret {
            writeln!(out)?;
            let advice = format!(
                "Keep this where hotdash is started, as it stands here or in a file that {variable}_FILE names:"
            );
            write_wrapped(out, "", "", &advice)?;
            writeln!(out, "  {variable}={}", secret.expose_secret())?;
        }
    }
    Ok(())
}

/// Two columns, then text that does not run beyond the terminal; what is to be copied stands on a line of its own.
fn print_check(out: &mut impl Write, check: &Check) -> io::Result<()> {
    let word = match check.verdict {
        Verdict::Well => "well",
        Verdict::Mended => "mended",
        Verdict::Warning => "note",
        Verdict::Wrong => "wrong",
        Verdict::Unknown => "unknown",
    };
    let named = matches!(check.verdict, Verdict::Wrong | Verdict::Warning);
    let found = if named { format!("{} [{}]", check.found, check.code) } else { check.found.clone() };
    let margin = format!("{word:>7}  {:<8}  ", check.name);
    let blank = " ".repeat(margin.len());
    write_wrapped(out, &margin, &blank, &found)?;
    for (at, line) in check.mend.lines().enumerate() {
        match line.strip_prefix("  ") {
            Some(copied) => writeln!(out, "{blank}  {copied}")?,
            None => {
                let first = if at == 0 { format!("{blank}→ ") } else { format!("{blank}  ") };
                write_wrapped(out, &first, &format!("{blank}  "), line)?;
            }
        }
    }
    Ok(())
}

fn write_wrapped(out: &mut impl Write, first: &str, next: &str, text: &str) -> io::Result<()> {
    // An address or a variable that is broken in two cannot be copied.
    let options = Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(next)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    for line in textwrap::wrap(text, options) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
