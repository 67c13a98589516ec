//! Settings from file and environment, and what is said about wrong ones.

use super::{Config, ConfigError};
use hotdash_core::figures::measured::Price;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let base = [
        ("CHATWOOT_BASE_URL", "https://desk.example/"),
        ("CHATWOOT_TOKEN", "planted-token"),
        ("CHATWOOT_ACCOUNT_ID", "3"),
    ];
    base.iter().chain(pairs).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_sources(None, &environment(pairs))
}

#[test]
fn three_variables_are_enough() {
    let config = load(&[]).unwrap();
    assert_eq!(config.desks[0].base_url, "https://desk.example");
    assert_eq!(config.desks[0].sla_minutes, 30);
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
    assert!(config.database_url.starts_with("sqlite:"));
    assert!(config.model.is_none());
}

#[test]
fn several_secrets_are_valid_at_once() {
    let config = load(&[("CHATWOOT_WEBHOOK_SECRET", "old, new")]).unwrap();
    let secrets: Vec<_> =
        config.desks[0].webhook_secrets.iter().map(|s| s.expose_secret().to_owned()).collect();
    assert_eq!(secrets, ["old", "new"]);
}

#[test]
fn a_wrong_value_names_the_variable_and_what_is_expected() {
    let error = load(&[("CHATWOOT_SLA_MINUTES", "soon")]).unwrap_err().to_string();
    assert_eq!(error, "CHATWOOT_SLA_MINUTES is \"soon\", but a whole number from 1 to 100000 is expected");
    let error = load(&[("HOTDASH_TIMEZONE", "Berlin")]).unwrap_err().to_string();
    assert!(error.contains("HOTDASH_TIMEZONE") && error.contains("Europe/Berlin"), "{error}");
}

#[test]
fn a_price_is_read_exactly_and_only_whole() {
    let price = |pairs: &[(&str, &str)]| load(pairs).map(|config| config.model_price);
    let both = |read, written| price(&[("OPENAI_PRICE_IN", read), ("OPENAI_PRICE_OUT", written)]);
    assert_eq!(price(&[]).unwrap(), None);
    let exact = Some(Price { prompt: 150_000, completion: 12_000_001 });
    assert_eq!(both("0.15", "12.000001").unwrap(), exact);
    assert_eq!(both("0", "3").unwrap(), Some(Price { prompt: 0, completion: 3_000_000 }));
    for wrong in ["cheap", "0,15", "-1", "1.0000001", ".5", "1e3", "12345678"] {
        let error = both(wrong, "1").unwrap_err().to_string();
        assert!(error.contains("OPENAI_PRICE_IN") && error.contains("like 0.15"), "{error}");
    }
    let half = price(&[("OPENAI_PRICE_IN", "0.15")]).unwrap_err().to_string();
    assert!(half.contains("OPENAI_PRICE_OUT"), "{half}");
}

#[test]
fn a_missing_value_says_what_it_is_for() {
    let error = Config::from_sources(None, &BTreeMap::new()).unwrap_err().to_string();
    assert!(error.contains("CHATWOOT_BASE_URL is not set"), "{error}");
}

#[test]
fn secrets_are_never_printed() {
    let printed = format!("{:?}", load(&[("CHATWOOT_WEBHOOK_SECRET", "planted-secret")]).unwrap());
    assert!(!printed.contains("planted"), "{printed}");
    let error = load(&[("DATABASE_URL", "mysql://root:planted@host/db")]).unwrap_err().to_string();
    assert!(error.contains("DATABASE_URL") && !error.contains("planted"), "{error}");
}

#[test]
fn the_file_is_overruled_by_the_environment_and_misspelt_keys_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hotdash.toml");
    std::fs::write(&file, "sla_minutes = 45\nshop_name = \"Hot Rodan\"\n").unwrap();
    let config = Config::from_sources(Some(&file), &environment(&[("CHATWOOT_SLA_MINUTES", "20")])).unwrap();
    assert_eq!((config.desks[0].sla_minutes, config.desks[0].shop_name.as_str()), (20, "Hot Rodan"));

    std::fs::write(&file, "sla_minuts = 45\n").unwrap();
    let error = Config::from_sources(Some(&file), &environment(&[])).unwrap_err().to_string();
    assert!(error.contains("sla_minuts") && error.contains("did you mean sla_minutes?"), "{error}");
}

#[test]
fn a_secret_may_come_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("secret");
    std::fs::write(&file, "from-a-file\n").unwrap();
    let config = load(&[("CHATWOOT_WEBHOOK_SECRET_FILE", file.to_str().unwrap())]).unwrap();
    assert_eq!(config.desks[0].webhook_secrets[0].expose_secret(), "from-a-file");
}

#[test]
fn each_desk_has_its_own_settings_before_those_of_the_house() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hotdash.toml");
    let text = "sla_minutes = 45\ndesk_url = \"https://desk.example\"\n\
                [desks.north]\ndesk_account = 1\ntimezone = \"Europe/Oslo\"\n\
                [desks.south]\ndesk_account = 2\nsla_minutes = 15\ndesk_url = \"https://south.example\"\n";
    std::fs::write(&file, text).unwrap();
    let own =
        [("CHATWOOT_TOKEN", "shared"), ("CHATWOOT_TOKEN_SOUTH", "own"), ("HOTDASH_SHOP_NAME_NORTH", "Nord")];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let config = Config::from_sources(Some(&file), &own).unwrap();
    let [north, south] = &config.desks[..] else { panic!("{:?}", config.desks) };
    assert_eq!((north.key.as_str(), north.account, north.sla_minutes), ("north", 1, 45));
    assert_eq!((north.timezone.as_str(), north.shop_name.as_str()), ("Europe/Oslo", "Nord"));
    assert_eq!((north.base_url.as_str(), north.token.expose_secret()), ("https://desk.example", "shared"));
    assert_eq!((south.key.as_str(), south.account, south.sla_minutes), ("south", 2, 15));
    assert_eq!((south.timezone.as_str(), south.shop_name.as_str()), ("UTC", "our team"));
    assert_eq!((south.base_url.as_str(), south.token.expose_secret()), ("https://south.example", "own"));
}

#[test]
fn what_is_wrong_with_one_of_several_desks_is_said_with_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hotdash.toml");
    let complaint = |text: &str| {
        std::fs::write(&file, text).unwrap();
        Config::from_sources(Some(&file), &environment(&[])).unwrap_err().to_string()
    };
    let wrong = complaint("[desks.north]\ntimezone = \"Oslo\"\n");
    assert!(wrong.starts_with("HOTDASH_TIMEZONE_NORTH is \"Oslo\""), "{wrong}");
    let twice = complaint("[desks.north]\ndesk_account = 7\n[desks.south]\ndesk_account = 7\n");
    assert!(twice.starts_with("CHATWOOT_ACCOUNT_ID_SOUTH is \"7\""), "{twice}");
    let house = complaint("[desks.north]\nlisten = \"127.0.0.1:1\"\n");
    assert!(house.contains("listen counts for the whole house"), "{house}");
    assert!(complaint("[desks.Nord]\n").contains("[desks.Nord]: a desk's key is made of a-z, 0-9 and _"));
    assert!(complaint("desks = 3\n").contains("[desks.KEY] for each desk"));
}

#[test]
fn rules_are_a_file_or_a_folder_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().display().to_string();
    let config =
        |place: &str| load(&[("HOTDASH_RULES_FILE", place)]).map(|config| config.desks[0].rules.clone());
    let empty = config(&home).unwrap_err().to_string();
    assert!(empty.contains("a folder without a file that ends with .toml or .json"), "{empty}");
    for (name, text) in [("20-own.toml", "b"), ("10-base.toml", "a"), ("notes.txt", "c")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let texts = |rules: Vec<(String, String)>| rules.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    assert_eq!(texts(config(&home).unwrap()), ["a", "b"]);
    assert_eq!(texts(config(&format!("{home}/20-own.toml")).unwrap()), ["b"]);
}
