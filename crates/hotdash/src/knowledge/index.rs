//! The full-text index: tantivy in memory, one segment, built once.
//!
//! Every passage is indexed twice, with English and with German stems, since one shop may answer in both.

use super::markdown::Cut;
use std::collections::BTreeSet;
use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter,
    TextAnalyzer, TokenizerManager,
};
use tantivy::{Index as Tantivy, IndexReader, ReloadPolicy, TantivyDocument, Term};

/// The least that tantivy accepts; given back when the index is built.
const WRITER_BYTES: usize = 15_000_000;
/// A long e-mail has more words than a question; beyond this they only cost time.
const MOST_WORDS: usize = 128;
const LONGEST_WORD: usize = 40;
/// A word in the heading says more about a passage than a word in its text.
const TITLE_BOOST: f32 = 2.0;
const KEYWORD_BOOST: f32 = 1.5;
/// How much the other places of a word still count.
const TIE_BREAKER: f32 = 0.1;
const LANGUAGES: [(&str, Language); 2] = [("english", Language::English), ("german", Language::German)];

/// One language's view of the passages.
struct Fields {
    tokenizer: TextAnalyzer,
    title: Field,
    keywords: Field,
    text: Field,
}

pub(super) struct Index {
    reader: IndexReader,
    languages: Vec<Fields>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("languages", &self.languages.len()).finish_non_exhaustive()
    }
}

impl Index {
    pub(super) fn build(cuts: &[Cut]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let place = schema.add_u64_field("place", FAST);
        // Its `default` is asked for even by fields without text.
        let tokenizers = TokenizerManager::default();
        let mut languages = Vec::new();
        for (name, language) in LANGUAGES {
            let tokenizer = analyzer(language)?;
            tokenizers.register(name, tokenizer.clone());
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(name)
                .set_index_option(IndexRecordOption::WithFreqs);
            let mut field = |part: &str| {
                let options = TextOptions::default().set_indexing_options(indexing.clone());
                schema.add_text_field(&format!("{part}_{name}"), options)
            };
            let (title, keywords, text) = (field("title"), field("keywords"), field("text"));
            languages.push(Fields { tokenizer, title, keywords, text });
        }
        let mut writer = Tantivy::builder()
            .schema(schema.build())
            .tokenizers(tokenizers)
            .single_segment_index_writer::<TantivyDocument>(RamDirectory::create(), WRITER_BYTES)?;
        for (at, cut) in (0_u64..).zip(cuts) {
            let mut document = TantivyDocument::default();
            document.add_u64(place, at);
            for fields in &languages {
                document.add_text(fields.title, &cut.passage.title);
                document.add_text(fields.keywords, &cut.keywords);
                document.add_text(fields.text, &cut.passage.text);
            }
            writer.add_document(document)?;
        }
        let reader = writer.finalize()?.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { reader, languages })
    }

    /// Places of the best passages with their scores.
    pub(super) fn search(&self, text: &str, limit: usize) -> tantivy::Result<Vec<(usize, f32)>> {
        let wanted = self.wanted(text);
        if wanted.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let searcher = self.reader.searcher();
        let best =
            searcher.search(&BooleanQuery::new(wanted), &TopDocs::with_limit(limit).order_by_score())?;
        let mut hits = Vec::with_capacity(best.len());
        for (score, address) in best {
            let places = searcher.segment_reader(address.segment_ord).fast_fields().u64("place")?;
            let at = places.first(address.doc_id).and_then(|at| usize::try_from(at).ok());
            hits.extend(at.map(|at| (at, score)));
        }
        Ok(hits)
    }

    /// The text's own words as terms: there is no query syntax that a customer could trip over.
    fn wanted(&self, text: &str) -> Vec<(Occur, Box<dyn Query>)> {
        let mut wanted: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for fields in &self.languages {
            let mut words = BTreeSet::new();
            let mut tokenizer = fields.tokenizer.clone();
            let mut tokens = tokenizer.token_stream(text);
            while words.len() < MOST_WORDS && tokens.advance() {
                words.insert(tokens.token().text.clone());
            }
            for word in &words {
                let term = |field, boost| -> Box<dyn Query> {
                    let term = Term::from_field_text(field, word);
                    Box::new(BoostQuery::new(
                        Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)),
                        boost,
                    ))
                };
                let places = vec![
                    term(fields.text, 1.0),
                    term(fields.title, TITLE_BOOST),
                    term(fields.keywords, KEYWORD_BOOST),
                ];
                // A word counts where it counts most: an article must not win by repeating one word everywhere.
                let best = DisjunctionMaxQuery::with_tie_breaker(places, TIE_BREAKER);
                wanted.push((Occur::Should, Box::new(best)));
            }
        }
        wanted
    }
}

/// Both languages' stop words leave either index: a German question must not find every English "was".
fn analyzer(language: Language) -> tantivy::Result<TextAnalyzer> {
    let stop_words = |language| {
        StopWordFilter::new(language)
            .ok_or_else(|| tantivy::TantivyError::SystemError(format!("no stop words for {language:?}")))
    };
    Ok(TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(stop_words(Language::English)?)
        .filter(stop_words(Language::German)?)
        .filter(Stemmer::new(language))
        .filter(AsciiFoldingFilter)
        .build())
}
