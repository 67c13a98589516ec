//! The desk cannot be reached, is something else, is slow, or has another time.

use super::{Patient, found, named, serve};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::get;
use chatwoot_sandbox::{Faults, Outage};
use hotdash::work::doctor::Verdict;
use tokio::net::{TcpSocket, TcpStream};

#[tokio::test]
async fn an_unknown_name_is_told_from_a_closed_door() {
    let patient = Patient::new().await;
    let check = patient.finds(&[("CHATWOOT_BASE_URL", "http://desk.invalid")], "desk_dns_failed").await;
    assert!(check.mend.contains("getent hosts desk.invalid"), "{check:?}");
    let closed = patient.examine(&[("CHATWOOT_BASE_URL", "http://127.0.0.1:9")], false).await;
    let check = found(&closed, "desk_connection_refused");
    assert!(check.mend.contains("CHATWOOT_BASE_URL"), "{check:?}");
    for later in ["token", "webhook", "secret"] {
        assert_eq!(named(&closed, later).verdict, Verdict::Unknown);
    }
}

/// A listener whose queue is full drops what knocks, as a firewall does.
#[tokio::test]
async fn an_address_that_swallows_everything_is_named() {
    let patient = Patient::new().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Its queue is full when nobody gets through any more; on a busy machine one alone may only be late.
    let (mut waiting, mut shut) = (Vec::new(), 0);
    while shut < 3 {
        let half_a_second = std::time::Duration::from_millis(500);
        match tokio::time::timeout(half_a_second, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                waiting.push(stream);
                shut = 0;
            }
            _ => shut += 1,
        }
    }
    let check =
        patient.finds(&[("CHATWOOT_BASE_URL", &format!("http://{address}"))], "desk_connect_timed_out").await;
    assert!(check.mend.contains("firewall"), "{check:?}");
}

#[tokio::test]
async fn https_where_there_is_none_is_named() {
    let patient = Patient::new().await;
    let https = patient.server.url().replace("http://", "https://");
    let check = patient.finds(&[("CHATWOOT_BASE_URL", &https)], "desk_tls_failed").await;
    assert!(check.mend.contains(&format!("\n  CHATWOOT_BASE_URL={}", patient.server.url())), "{check:?}");
}

#[tokio::test]
async fn a_hanging_a_slow_and_a_cut_off_desk_are_told_apart() {
    let patient = Patient::new().await;
    patient.desk.set_faults(Faults { latency_ms: 2_100, ..Faults::default() });
    let slow = patient.examine(&[("CHATWOOT_TOKEN", "nonsense")], false).await;
    assert_eq!(found(&slow, "desk_slow").verdict, Verdict::Warning);
    patient.desk.set_faults(Faults { outage: Outage::Closed, ..Faults::default() });
    patient.finds(&[], "desk_cut_off").await;
    patient.desk.set_faults(Faults { latency_ms: 60_000, ..Faults::default() });
    patient.finds(&[], "desk_timed_out").await;
}

#[tokio::test]
async fn a_failing_and_a_limiting_desk_are_told_apart() {
    let patient = Patient::new().await;
    patient.desk.set_faults(Faults { outage: Outage::Unavailable, ..Faults::default() });
    assert!(patient.finds(&[], "desk_failing").await.found.contains("503"));
    patient.desk.set_faults(Faults { rate_limited: 1_000, ..Faults::default() });
    assert!(patient.finds(&[], "desk_limits_calls").await.mend.contains("RACK_ATTACK_ALLOWED_IPS"));
}

#[tokio::test]
async fn what_is_no_chatwoot_is_named() {
    let patient = Patient::new().await;
    let page = serve(Router::new().fallback(|| async { Html("<title>Welcome to nginx</title>") })).await;
    let nothing = serve(Router::new()).await;
    for url in [&page, &nothing] {
        let check = patient.finds(&[("CHATWOOT_BASE_URL", url)], "desk_no_chatwoot").await;
        assert!(check.mend.contains(&format!("curl {url}/api")), "{check:?}");
    }
    let refusing = serve(Router::new().fallback(|| async { StatusCode::UNAUTHORIZED })).await;
    patient.finds(&[("CHATWOOT_BASE_URL", &refusing)], "desk_refuses").await;
}

#[tokio::test]
async fn an_address_with_a_path_or_a_redirect_is_put_right() {
    let patient = Patient::new().await;
    let root = patient.server.url();
    for path in ["/app", "/app/accounts/1/dashboard", "/api/v1"] {
        let base = format!("{root}{path}");
        let check = patient.finds(&[("CHATWOOT_BASE_URL", &base)], "desk_dashboard_address").await;
        assert!(check.mend.ends_with(&format!("\n  CHATWOOT_BASE_URL={root}")), "{check:?}");
    }
    let to = format!("{root}/api");
    let moved =
        serve(Router::new().route("/api", get(move || async move { Redirect::permanent(&to) }))).await;
    let check = patient.finds(&[("CHATWOOT_BASE_URL", &moved)], "desk_redirects").await;
    assert!(check.mend.ends_with(&format!("\n  CHATWOOT_BASE_URL={root}")), "{check:?}");
}

#[tokio::test]
async fn a_token_that_no_header_can_carry_is_named() {
    let patient = Patient::new().await;
    let check = patient.finds(&[("CHATWOOT_TOKEN", "two\nlines")], "desk_address_unusable").await;
    assert!(!check.found.contains("two"), "{check:?}");
}

#[tokio::test]
async fn clocks_that_differ_are_noticed_and_then_refused() {
    let patient = Patient::new().await;
    for ahead in [100, -100] {
        patient.desk.set_faults(Faults { clock_ahead_s: ahead, ..Faults::default() });
        assert_eq!(patient.finds(&[], "clock_off").await.verdict, Verdict::Warning);
    }
    patient.desk.set_faults(Faults { clock_ahead_s: -1_200, ..Faults::default() });
    let check = patient.finds(&[], "clock_too_far_off").await;
    assert!(check.found.contains("behind") && check.found.contains("20 min"), "{check:?}");
    assert_eq!(check.verdict, Verdict::Wrong);
    patient.desk.set_faults(Faults { clock_ahead_s: 20, ..Faults::default() });
    assert_eq!(named(&patient.examine(&[], false).await, "clock").verdict, Verdict::Well);
}
