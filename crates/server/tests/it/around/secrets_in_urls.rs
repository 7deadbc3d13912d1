//! A secret in a URL is refused and noted, and its value stands neither in the answer nor in the log.

use super::{config, open};
use crate::door::raw::{exchange, status};

#[tokio::test]
async fn a_secret_in_a_url_is_refused_and_noted_without_its_value() {
    let around = open(config(|_| {})).await;
    let secret = "jtn_QWERTYUIOPqwertyuiop0123456789QWERTYUI";
    for target in [
        format!("/things/{secret}"),
        format!("/things/1?q={secret}"),
        "/things/1?access_token=QWERTYUIOP".to_owned(),
        format!("/nothing/{}", secret.replace("jtn_", "%6A%74n_")),
    ] {
        let answer =
            exchange(around.address, format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
        assert_eq!(status(&answer), 400, "{target}: {answer}");
        assert!(answer.contains("/problems/secret-in-url"), "{answer}");
        assert!(!answer.contains("QWERTY"), "{answer}");
    }
    let log = around.lines.text();
    assert_eq!(log.matches("a URL carried a secret").count(), 4, "{log}");
    assert!(!log.contains("QWERTY"), "{log}");
    assert!(around.metrics.text().unwrap().contains("jeton_secrets_in_urls_total 4"));
}
