//! Writes every recorded delivery's body into the corpus of the `webhook` target.

use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recordings = here.join("../fixtures/chatwoot/4.15.1");
    let corpus = here.join("corpus/webhook");
    fs::create_dir_all(&corpus)?;
    let mut files: Vec<_> =
        fs::read_dir(recordings.join("webhooks"))?.map(|e| Ok(e?.path())).collect::<std::io::Result<_>>()?;
    files.push(recordings.join("busy/deliveries.jsonl"));
    files.push(recordings.join("history/deliveries.jsonl.gz"));
    let mut written = 0;
    for file in files {
        let bytes = fs::read(&file)?;
        let mut lines = String::new();
        if file.extension().is_some_and(|extension| extension == "gz") {
            GzDecoder::new(bytes.as_slice()).read_to_string(&mut lines)?;
        } else {
            lines = String::from_utf8(bytes).map_err(std::io::Error::other)?;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (at, line) in lines.lines().enumerate() {
            let delivery: Value = serde_json::from_str(line)?;
            let header = |name: &str| delivery["headers"][name].as_str().unwrap_or_default().to_owned();
            let body = delivery["body"].as_str().unwrap_or_default();
            let seed =
                format!("{}\n{}\n{body}", header("X-Chatwoot-Signature"), header("X-Chatwoot-Timestamp"));
            fs::write(corpus.join(format!("{name}-{at}")), seed)?;
            fs::write(corpus.join(format!("{name}-{at}-body")), body)?;
            written += 2;
        }
    }
    println!("{written} seeds in {}", corpus.display());
    Ok(())
}
