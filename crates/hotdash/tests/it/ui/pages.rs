//! The pages over plain HTTP: who may, what is refused, what is never shown as markup.

use crate::support::Database;
use crate::support::house::House;
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::people::{invite, new_link};
use reqwest::header::{ACCEPT, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

const ANN: (&str, &str) = ("Ann <b>Customer</b>", "ann@example.test");

fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

async fn get(url: &str) -> Response {
    client().get(url).header(ACCEPT, "text/html").send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_anything_before_sign_in() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    for (path, to) in [
        ("/drafts", "/sign-in"),
        ("/drafts/x?show=mine", "/sign-in?back_to=/drafts/x%3Fshow%3Dmine"),
        ("/events", "/sign-in?back_to=/events"),
        ("/account", "/sign-in?back_to=/account"),
    ] {
        let answer = get(&format!("{}{path}", house.url)).await;
        assert_eq!(
            (answer.status(), header(&answer, LOCATION.as_str())),
            (StatusCode::SEE_OTHER, to),
            "{path}"
        );
        assert!(answer.headers().get(SET_COOKIE).is_none(), "{path}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_forbids_foreign_scripts_frames_and_caches() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    for path in ["/sign-in", "/nothing-here", "/sign-in/link/x"] {
        let answer = get(&format!("{}{path}", house.url)).await;
        let policy = header(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
        let html = answer.text().await.unwrap();
        assert!(
            !html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick="),
            "{path}"
        );
        assert!(
            html.matches("<script").count()
                == html.matches("<script src=").count()
                    + html.matches("<script type=\"module\" src=").count()
        );
    }
    let missing = get(&format!("{}/nothing-here", house.url)).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert!(missing.text().await.unwrap().contains("To the queue"), "a page with a way out");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_of_other_sites_are_refused() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let invitation =
        invite(&house.app, house.app.desks[0].id, "eve@acme.test", "Eve", Role::Lead).await.unwrap().unwrap();
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let post = client().post(&invitation.link).header(ACCEPT, "text/html").header(name, value);
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}");
        assert!(answer.text().await.unwrap().contains("another site"), "{name}");
    }
    let own = client().post(&invitation.link).header("origin", &house.url).send().await.unwrap();
    assert_eq!(own.status(), StatusCode::SEE_OTHER, "the link was not used up by them");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_works_once_and_a_password_afterwards() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let eve = house.sign_in("Eve", Role::Reviewer).await;
    let too_short = [("password", "short"), ("again", "short")];
    assert_eq!(eve.post("/account/password", &too_short).await, StatusCode::UNPROCESSABLE_ENTITY);
    let differ = [("password", "correct horse battery"), ("again", "correct horse batteries")];
    assert_eq!(eve.post("/account/password", &differ).await, StatusCode::UNPROCESSABLE_ENTITY);
    let good = [("password", "correct horse battery"), ("again", "correct horse battery")];
    assert_eq!(eve.post("/account/password", &good).await, StatusCode::SEE_OTHER);

    let sign_in = |email: &'static str, password: &'static str, back: &'static str| {
        let form = [("email", email), ("password", password), ("back_to", back)];
        client().post(format!("{}/sign-in", house.url)).header("origin", &house.url).form(&form).send()
    };
    let inside = sign_in("EVE@acme.test", "correct horse battery", "/drafts?show=mine").await.unwrap();
    assert_eq!(header(&inside, "location"), "/drafts?show=mine");
    let cookie = header(&inside, "set-cookie").to_owned();
    for word in ["hotdash_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let elsewhere = sign_in("eve@acme.test", "correct horse battery", "//evil.example").await.unwrap();
    assert_eq!(header(&elsewhere, "location"), "/");

    let wrong = sign_in("eve@acme.test", "incorrect horse", "").await.unwrap();
    let unknown = sign_in("nobody@acme.test", "incorrect horse", "").await.unwrap();
    assert_eq!(
        (wrong.status(), unknown.status()),
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
    );
    let (wrong, unknown) = (wrong.text().await.unwrap(), unknown.text().await.unwrap());
    assert!(wrong.contains("E-mail or password is wrong"));
    assert_eq!(without_form(&wrong), without_form(&unknown), "an unknown address looks like a known one");

    let user = house.app.store.account_by_email("eve@acme.test").await.unwrap().unwrap();
    let link = new_link(&house.app, user.id).await.unwrap();
    let used = client().post(&link).header("origin", &house.url).send().await.unwrap();
    assert_eq!(used.status(), StatusCode::SEE_OTHER);
    let again = client().post(&link).header("origin", &house.url).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::GONE);
    house.close().await;
}

/// The page but for the address that is filled in again and the server's time.
fn without_form(page: &str) -> String {
    page.lines().filter(|line| !line.contains("name=\"email\"") && !line.contains("data-now")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_reads_and_decides_nothing() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let viewer = house.sign_in("Vera", Role::Viewer).await;
    let conversation = house.desk.customer_says(house.website, ANN, "How long does shipping take?").unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    let (status, page) = viewer.get(&format!("/drafts/{}", draft.id)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("a reviewer decides about it") && !page.contains("id=\"decision\""));
    assert_eq!(viewer.approve(&draft, None).await, StatusCode::FORBIDDEN);
    assert_eq!(viewer.reject(&draft.id, draft.version, "no").await, StatusCode::FORBIDDEN);
    assert_eq!(
        viewer.post(&format!("/drafts/{}/claim", draft.id), &[("on", "1")]).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(house.draft(conversation, DraftState::Ready).await.claimed_by, None);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_customers_write_is_never_markup() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let hostile =
        "How long is shipping? <script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7 | times: 6 }}";
    let conversation = house.desk.customer_says(house.website, ANN, hostile).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    for path in ["/drafts".to_owned(), format!("/drafts/{}", draft.id), "/queue".to_owned()] {
        let (status, page) = ada.get(&path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        for markup in ["<script>alert", "<img src=x", "<b>Customer"] {
            assert!(!page.contains(markup), "{path} shows {markup}");
        }
        assert!(page.contains("alert(1)"), "{path} shows the words");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_that_make_no_sense_change_nothing() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, "How long does shipping take?").unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    let at = |end: &str| format!("/drafts/{}/{end}", draft.id);
    let (version, answers) = (draft.version.to_string(), draft.answers.to_string());
    let seen = [
        ("version", version.as_str()),
        ("text_hash", draft.text_hash.as_str()),
        ("answers", answers.as_str()),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&seen[..], more].concat();
    let graded: &[(&str, &str)] = &[("tone", "5"), ("accuracy", "5"), ("policy", "5"), ("knowingly", "1")];

    let no_grades = ada.post(&at("approval"), &with(&[])).await;
    assert_eq!(no_grades, StatusCode::UNPROCESSABLE_ENTITY);
    let six = [("tone", "6"), ("accuracy", "5"), ("policy", "5"), ("knowingly", "1")];
    assert_eq!(ada.post(&at("approval"), &with(&six)).await, StatusCode::UNPROCESSABLE_ENTITY);
    let stale = [&[("version", "99"), ("text_hash", "x"), ("answers", "1")][..], graded].concat();
    assert_eq!(ada.post(&at("approval"), &stale).await, StatusCode::CONFLICT);
    for nonsense in [&[("version", "many")][..], &[]] {
        assert!(ada.post(&at("approval"), nonsense).await.is_client_error());
    }
    assert_eq!(ada.reject(&draft.id, draft.version, "  ").await, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = ada.post(&at("changes"), &[("text", "  \r\n ")]).await;
    assert_eq!(empty, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.post("/drafts/none/approval", &with(graded)).await, StatusCode::NOT_FOUND);
    let huge = "x".repeat(300 * 1024);
    assert!(ada.post(&at("changes"), &[("text", &huge)]).await.is_client_error());

    let now = house.draft(conversation, DraftState::Ready).await;
    assert_eq!((now.version, now.text), (draft.version, draft.text));
    house.close().await;
    assert_eq!(replies_wanted(&database).await, 0);
}

/// Replies ever wanted on the desk.
async fn replies_wanted(database: &Database) -> i64 {
    let store = database.open().await;
    let rows = store.read("SELECT count(*) FROM effects WHERE kind = 'reply'", vec![]).await.unwrap();
    rows[0].int(0).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_shown_before_it_is_sent_and_kept_when_the_draft_moved_on() {
    let database = Database::sqlite();
    let house = House::start(&database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, "How long does shipping take?").unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    let changes = format!("{}/drafts/{}/changes", house.url, draft.id);
    let cookie = cookie_of(&house, "Ben").await;
    let post_text = async |text: &str| {
        let post = client().post(&changes).header("origin", &house.url).header("cookie", &cookie);
        let answer = post.form(&[("text", text)]).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (status, page) = post_text(&format!("{}\r\nPS. Bye", draft.text)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<ins>") && page.contains("PS. Bye") && page.contains("name=\"text\""), "{page}");
    assert_eq!(ada.reject(&draft.id, draft.version, "wrong").await, StatusCode::SEE_OTHER);
    let (status, page) = post_text("My own words").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("My own words</textarea>"), "typed text is not lost");
    house.close().await;
}

/// The cookie of somebody who signs in by a link.
async fn cookie_of(house: &House, name: &str) -> String {
    let email = format!("{}@acme.test", name.to_lowercase());
    let invitation =
        invite(&house.app, house.app.desks[0].id, &email, name, Role::Reviewer).await.unwrap().unwrap();
    let answer = client().post(&invitation.link).header("origin", &house.url).send().await.unwrap();
    header(&answer, "set-cookie").split(';').next().unwrap().to_owned()
}
