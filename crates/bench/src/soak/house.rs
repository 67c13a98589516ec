//! The shipped binary as a child process: started, killed, started again on the same address; and what it needs.

use crate::start::{free_address, resident_mb};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct House {
    pub(super) url: String,
    binary: PathBuf,
    environment: BTreeMap<String, String>,
    log: PathBuf,
    life: Mutex<Life>,
}

#[derive(Default)]
struct Life {
    child: Option<Child>,
    began: Option<Instant>,
    /// Its memory once it had begun and met some work, and what it was last.
    first_mb: f64,
    last_mb: f64,
    kills: u64,
    /// It ended and nobody had killed it.
    died: Vec<String>,
}

/// What a process needed.
pub(super) struct Memory {
    /// How long this life lasted.
    pub(super) lived: Duration,
    pub(super) first_mb: f64,
    pub(super) last_mb: f64,
}

impl House {
    pub(super) async fn new(binary: PathBuf, log: PathBuf) -> anyhow::Result<Self> {
        let address = free_address().await?;
        let url = format!("http://{address}");
        let environment = BTreeMap::from([
            ("HOTDASH_LISTEN".to_owned(), address),
            ("HOTDASH_PUBLIC_URL".to_owned(), url.clone()),
        ]);
        Ok(Self { url, binary, environment, log, life: Mutex::default() })
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    /// Runs a command of hotdash; gives what it printed.
    pub(super) fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(&self.binary);
        let output =
            command.args(arguments).env_clear().envs(&self.environment).stderr(self.log()?).output()?;
        if !output.status.success() {
            bail!("hotdash {} ended with {}", arguments.join(" "), output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    pub(super) fn spawn(&self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.binary);
        command.arg("serve").env_clear().envs(&self.environment).stdin(Stdio::null());
        command.stdout(self.log()?).stderr(self.log()?);
        let child = command.spawn().with_context(|| self.binary.display().to_string())?;
        let mut life = self.life();
        life.child = Some(child);
        life.began = Some(Instant::now());
        Ok(())
    }

    /// SIGKILL.
    pub(super) fn kill(&self) -> anyhow::Result<()> {
        let mut life = self.life();
        if let Some(mut child) = life.child.take() {
            child.kill()?;
            child.wait()?;
            life.kills += 1;
        }
        Ok(())
    }

    /// Answers, whatever it answers: beside a desk that is down it says so.
    pub(super) async fn wait_until_it_answers(&self) -> anyhow::Result<()> {
        let begin = Instant::now();
        while reqwest::get(format!("{}/readyz", self.url)).await.is_err() {
            if begin.elapsed() > PATIENCE {
                bail!("hotdash did not answer after {PATIENCE:?}; its log is {}", self.log.display());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Looks after the process: measures it, and starts it again where it ended by itself, which is a fault.
    pub(super) fn look(&self, settled: Duration) -> anyhow::Result<Option<f64>> {
        let mut life = self.life();
        let began = life.began;
        let Some(child) = &mut life.child else { return Ok(None) };
        if let Some(status) = child.try_wait()? {
            life.died.push(format!("hotdash ended by itself with {status}"));
            drop(life);
            self.spawn()?;
            return Ok(None);
        }
        let resident = resident_mb(child.id())?;
        life.last_mb = resident;
        if began.is_some_and(|began| began.elapsed() < settled) {
            life.first_mb = resident;
        }
        Ok(Some(resident))
    }

    pub(super) fn memory(&self) -> Memory {
        let life = self.life();
        let lived = life.began.map(|began| began.elapsed()).unwrap_or_default();
        Memory { lived, first_mb: life.first_mb, last_mb: life.last_mb }
    }

    pub(super) fn kills(&self) -> u64 {
        self.life().kills
    }

    pub(super) fn died(&self) -> Vec<String> {
        self.life().died.clone()
    }

    fn log(&self) -> anyhow::Result<File> {
        Ok(OpenOptions::new().create(true).append(true).open(&self.log)?)
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Whatever went wrong meanwhile, no process is left behind; there is nobody to tell.
        let _ = self.kill();
    }
}
