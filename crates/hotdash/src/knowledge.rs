//! What the shop knows: a folder of Markdown files, cut into passages and searched in memory.
//!
//! The index is built on loading and never changes; to change the knowledge, load it again and swap.

mod index;
mod markdown;

use hotdash_core::draft::Passage;
use index::Index;
use jiff::Timestamp;
use markdown::Article;
use rust_embed::RustEmbed;
use std::path::{Path, PathBuf};

/// The knowledge of the demo's invented shop, within the binary.
#[derive(RustEmbed)]
#[folder = "defaults/knowledge/"]
struct Shipped;

/// Files larger than this are not articles.
const LARGEST_FILE: u64 = 1024 * 1024;
/// Folders within folders; deeper ones are more likely a loop of links than knowledge.
const DEEPEST_FOLDER: usize = 8;

/// A question may be about two things; a third passage of one article is worth less than a first of another.
const MOST_PER_ARTICLE: usize = 2;
/// How many times as many hits are looked at, so that enough are left.
const LOOK_FURTHER: usize = 4;

/// Why a folder could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    #[error("{path} cannot be read ({source}); set the knowledge folder to one that exists, or leave it out")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("{path} is larger than 1 MiB; cut it into several articles")]
    TooLarge { path: PathBuf },
    #[error("{path} is not UTF-8 text; save it as UTF-8")]
    NotUtf8 { path: PathBuf },
    #[error("the search index could not be built: {0}")]
    Index(#[from] tantivy::TantivyError),
}

/// Searchable passages.
#[derive(Debug)]
pub struct Knowledge {
    passages: Vec<Passage>,
    index: Index,
}

impl Knowledge {
    /// Every `.md` file below a folder. A file's time counts as its date unless it says another.
    ///
    /// # Errors
    /// [`KnowledgeError`] names the file.
    pub fn load(folder: &Path) -> Result<Self, KnowledgeError> {
        let mut files = Vec::new();
        collect(folder, 0, &mut files)?;
        // Directory order differs between machines; results must not.
        files.sort();
        let mut articles = Vec::with_capacity(files.len());
        for path in files {
            let text = read(&path)?;
            let source = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            articles.push(Article { source, text, changed: changed(&path) });
        }
        Self::from_articles(&articles)
    }

    /// Nothing is known: drafts say so instead of guessing.
    ///
    /// # Errors
    /// [`KnowledgeError::Index`].
    pub fn empty() -> Result<Self, KnowledgeError> {
        Self::from_articles(&[])
    }

    /// The demo shop's knowledge.
    ///
    /// # Errors
    /// [`KnowledgeError::Index`].
    pub fn shipped() -> Result<Self, KnowledgeError> {
        let mut articles: Vec<_> = Shipped::iter()
            .filter(|name| name.ends_with(".md"))
            .filter_map(|name| {
                let text = String::from_utf8(Shipped::get(&name)?.data.into_owned()).ok()?;
                Some(Article { source: name.into_owned(), text, changed: None })
            })
            .collect();
        articles.sort_by(|a, b| a.source.cmp(&b.source));
        Self::from_articles(&articles)
    }

    fn from_articles(articles: &[Article]) -> Result<Self, KnowledgeError> {
        let cuts: Vec<_> = articles.iter().flat_map(markdown::cut).collect();
        let index = Index::build(&cuts)?;
        Ok(Self { passages: cuts.into_iter().map(|cut| cut.passage).collect(), index })
    }

    /// Every passage, in the order of the files.
    #[must_use]
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The passages nearest to a text, best first. Any text will do: it is words to look for, never a query language.
    #[must_use]
    pub fn search(&self, text: &str, limit: usize) -> Vec<Passage> {
        let enough = limit.saturating_mul(LOOK_FURTHER).min(self.passages.len());
        let hits = match self.index.search(text, enough) {
            Ok(hits) => hits,
            Err(error) => {
                tracing::error!(%error, "the knowledge could not be searched");
                return Vec::new();
            }
        };
        let mut found: Vec<Passage> = Vec::new();
        for (at, score) in hits {
            let Some(passage) = self.passages.get(at) else { continue };
            let of_the_same = found.iter().filter(|other| other.source == passage.source).count();
            if found.len() < limit && of_the_same < MOST_PER_ARTICLE {
                found.push(Passage { score, ..passage.clone() });
            }
        }
        found
    }
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), KnowledgeError> {
    let failed = |source| KnowledgeError::Folder { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden && depth < DEEPEST_FOLDER {
            collect(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
            && path.is_file()
        {
            files.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, KnowledgeError> {
    let failed = |source| KnowledgeError::Folder { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(failed)?.len() > LARGEST_FILE {
        return Err(KnowledgeError::TooLarge { path: path.to_owned() });
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| KnowledgeError::NotUtf8 { path: path.to_owned() })
}

fn changed(path: &Path) -> Option<Timestamp> {
    let modified = std::fs::metadata(path).ok()?.modified().ok()?;
    Timestamp::try_from(modified).ok()
}

#[cfg(test)]
mod tests;
