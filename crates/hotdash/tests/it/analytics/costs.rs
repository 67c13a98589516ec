//! What drafts cost: the model's own count, kept with each draft, by the prices of the settings.

use crate::support::house::{House, Person};
use crate::support::scripted::{Says, scripted_model};
use crate::support::{Database, both_databases};
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::measures::take_up;
use serde_json::Value;

both_databases!(what_a_draft_used_is_kept_and_priced, without_a_price_there_is_no_cost_and_it_says_why,);

const REPLY: &str = "Hello,\n\nwe look into it and write again.\n\nBest wishes\nHot Rodan";

/// A model that counts, one whose answer cannot be used, and one that does not count.
async fn model() -> String {
    scripted_model(|asked| match () {
        () if asked.contains("gibberish") => {
            Says { text: "{{{{ ]] 0x00 ;;".to_owned(), usage: Some((1_000, 3)) }
        }
        () if asked.contains("silent") => Says::reply(REPLY),
        () => Says::reply(REPLY).using(2_000, 500),
    })
    .await
}

async fn drafted(database: &Database, prices: &[(&str, &str)]) -> (House, Person) {
    let url = model().await;
    let mut settings = vec![("OPENAI_BASE_URL", url.as_str()), ("OPENAI_MODEL", "scripted")];
    settings.extend(prices);
    let house = House::start_with(database, &settings).await;
    for (name, text) in
        [("Ann", "Do you ship to Norway?"), ("Bea", "gibberish, is it?"), ("Cem", "silent: how do I pay?")]
    {
        let email = format!("{name}@example.test");
        let conversation = house.desk.customer_says(house.website, (name, email.as_str()), text).unwrap();
        house.draft(conversation, DraftState::Ready).await;
    }
    house.settle().await;
    take_up(&house.app, &house.app.desks[0]).await.unwrap();
    let ada = house.sign_in("Ada", Role::Lead).await;
    (house, ada)
}

async fn figure(person: &Person, id: &str) -> Value {
    let (_, text) = person.get(&format!("/api/analytics/figures/{id}?period=24h")).await;
    serde_json::from_str::<Value>(&text).unwrap()["figures"][0].take()
}

async fn what_a_draft_used_is_kept_and_priced(database: &Database) {
    let prices = [("OPENAI_PRICE_IN", "0.15"), ("OPENAI_PRICE_OUT", "0.6")];
    let (house, ada) = drafted(database, &prices).await;
    let sql = "SELECT author, model, prompt_tokens, completion_tokens FROM drafts ORDER BY conversation";
    let rows = house.app.store.read(sql, vec![]).await.unwrap();
    let kept = |row: &hotdash::store::Row| {
        let model = row.opt_text(1).unwrap();
        (row.text(0).unwrap(), model, row.opt_int(2).unwrap(), row.opt_int(3).unwrap())
    };
    let scripted = || "scripted-1".to_owned();
    assert_eq!(
        rows.iter().map(kept).collect::<Vec<_>>(),
        [
            (scripted(), Some(scripted()), Some(2_000), Some(500)),
            // What was not used was paid nevertheless.
            ("knowledge".to_owned(), Some(scripted()), Some(1_000), Some(3)),
            (scripted(), Some(scripted()), None, None),
        ]
    );
    let value = async |id: &str| figure(&ada, id).await["value"].as_f64().unwrap();
    let near = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-12, "{ours}, {theirs}");
    near(value("drafts.tokens").await, 3_503.0);
    // 2,000 and 1,000 read at 0.15 a million, 500 and 3 written at 0.60.
    near(value("drafts.cost").await, 0.000_751_8);
    near(value("drafts.cost_mean").await, 0.000_375_9);
    assert_eq!(figure(&ada, "drafts.cost").await["unit"], "money");
    let (_, behind) = ada.get("/api/analytics/figures/drafts.cost/conversations?period=24h").await;
    assert_eq!(serde_json::from_str::<Value>(&behind).unwrap()["total"], 2);
    house.close().await;
}

async fn without_a_price_there_is_no_cost_and_it_says_why(database: &Database) {
    let (house, ada) = drafted(database, &[]).await;
    assert_eq!(figure(&ada, "drafts.tokens").await["value"], 3_503.0);
    for id in ["drafts.cost", "drafts.cost_mean"] {
        let figure = figure(&ada, id).await;
        assert_eq!(
            (&figure["value"], figure["reason"].as_str()),
            (&Value::Null, Some("no_price_set")),
            "{id}"
        );
    }
    house.close().await;
}
