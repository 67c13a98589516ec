//! Models that were learned from a desk's own labels: `models/TASK.json` in the data directory, read at the start.

use hotdash_core::analysis::Analyzer;
use hotdash_core::learn::{Model, Task};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A file that should hold a model and does not.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("{}: {message}. Learn it again with `hotdash learn labels`, or delete the file", path.display())]
    NoModel { path: PathBuf, message: String },
    #[error("{} holds a model for {}: rename it, or learn it again with `hotdash learn labels`", path.display(), task.name())]
    OtherTask { path: PathBuf, task: Task },
}

/// Where the models of a data directory are.
#[must_use]
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("models")
}

/// An analyzer with the models of a folder; `None` where it holds none that is used.
pub(super) fn load(folder: &Path) -> Result<Option<Analyzer>, ModelFileError> {
    let mut models = Vec::new();
    for task in Task::ALL {
        let path = folder.join(format!("{}.json", task.name()));
        match read(&path) {
            Ok(model) if model.task == task => models.push(model),
            Ok(model) => return Err(ModelFileError::OtherTask { path, task: model.task }),
            Err(ModelFileError::Unreadable { error, .. }) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let any = models.iter().any(|model| model.used);
    Ok(any.then(|| Analyzer::with_models(models)))
}

/// One model.
pub fn read(path: &Path) -> Result<Model, ModelFileError> {
    let text = fs::read_to_string(path)
        .map_err(|error| ModelFileError::Unreadable { path: path.to_owned(), error })?;
    Model::from_json(&text).map_err(|message| ModelFileError::NoModel { path: path.to_owned(), message })
}
