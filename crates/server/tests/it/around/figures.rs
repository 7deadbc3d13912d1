//! What happened is counted, under the route and never under the raw path.

use super::{config, open};
use crate::door::raw::{exchange, status};
use authority::verify::{Refused, Verdict};
use http::StatusCode;
use server::{
    listen::{ConnectionMetrics, ListenSettings, Listener, PlainHttp, Stop},
    metrics,
    surface::Surfaces,
};
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn requests_are_counted_by_route_and_class() {
    let around = open(config(|_| {})).await;
    for target in ["/things/1", "/things/2", "/made-up/by/a/client", "/things/1?token=x"] {
        exchange(around.address, format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
    }
    exchange(around.address, "MADEUP /things/1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let page = around.metrics.text().unwrap();
    for line in [
        r#"jeton_http_requests_total{method="GET",route="/things/{id}",status="2xx"} 2"#,
        r#"jeton_http_requests_total{method="GET",route="/things/{id}",status="4xx"} 1"#,
        r#"jeton_http_requests_total{method="GET",route="unmatched",status="4xx"} 1"#,
        r#"jeton_http_requests_total{method="OTHER",route="/things/{id}",status="4xx"} 1"#,
        r#"jeton_http_request_duration_seconds_count{method="GET",route="/things/{id}"} 3"#,
    ] {
        assert!(page.lines().any(|other| other == line), "{line} in {page}");
    }
    assert!(!page.contains("made-up") && !page.contains("MADEUP"), "{page}");
}

#[tokio::test]
async fn verdicts_and_sign_ins_are_counted_by_result() {
    let around = open(config(|_| {})).await;
    for (count, reason) in Refused::ALL.into_iter().enumerate() {
        for _ in 0..=count {
            around.metrics.verdict(&Verdict::Refused(reason));
        }
    }
    around.metrics.verification(StatusCode::OK, Duration::from_micros(7));
    around.metrics.sign_in(false);
    around.metrics.sign_in(false);
    around.metrics.sign_in(true);
    let page = around.metrics.text().unwrap();
    for (count, reason) in Refused::ALL.into_iter().enumerate() {
        let line = format!("jeton_verdicts_total{{result=\"{}\"}} {}\n", reason.as_str(), count + 1);
        assert!(page.contains(&line), "{line} in {page}");
    }
    for line in [
        r#"jeton_verdicts_total{result="active"} 0"#,
        r#"jeton_sign_ins_total{result="failed"} 2"#,
        r#"jeton_sign_ins_total{result="signed_in"} 1"#,
        r#"jeton_http_requests_total{method="POST",route="/v1/tokens/verify",status="2xx"} 1"#,
        r#"jeton_http_request_duration_seconds_bucket{le="0.00001",method="POST",route="/v1/tokens/verify"} 1"#,
        "jeton_quarantined 0",
        "jeton_usage_waiting 0",
        "jeton_usage_dropped_total 0",
        "jeton_writer_waiting 0",
        "jeton_denials_unwritten 0",
    ] {
        assert!(page.lines().any(|other| other == line), "{line} in {page}");
    }
    for name in [
        "jeton_journal_position ",
        "jeton_index_bytes ",
        "jeton_index_secrets ",
        "jeton_commits_total ",
        "jeton_commit_seconds_total ",
        "jeton_changes_total ",
        "jeton_build_info{version=",
    ] {
        assert!(page.contains(name), "{name} in {page}");
    }
}

#[tokio::test]
async fn figures_are_served_at_one_address_and_nothing_else_is() {
    let around = open(config(|_| {})).await;
    let config = config(|_| {});
    let settings = ListenSettings {
        tls: None,
        plain_http: PlainHttp::Everybody,
        proxies: Vec::new(),
        limits: config.limits,
        metrics: ConnectionMetrics::default(),
        surfaces: Surfaces::default(),
    };
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), settings).await.unwrap();
    let address = listener.address();
    tokio::spawn(listener.run(metrics::router(Arc::clone(&around.metrics)), Stop::new().stopped()));
    let get = |line: &str| format!("{line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    let page = exchange(address, get("GET /metrics")).await;
    assert_eq!(status(&page), 200);
    assert!(page.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"), "{page}");
    assert!(page.ends_with("# EOF\n"), "{page}");
    for (line, expected) in [("GET /", 404), ("GET /debug/pprof", 404), ("POST /metrics", 405)] {
        assert_eq!(status(&exchange(address, get(line)).await), expected, "{line}");
    }
}
