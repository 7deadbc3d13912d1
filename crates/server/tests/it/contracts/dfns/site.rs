//! A website of somebody with passkeys, which holds the ceremonies.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

/// The page that holds the ceremonies, as a website of somebody with passkeys would.
const PAGE: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Ceremony</title><script>
    async function make(options) {
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
        return (await navigator.credentials.create({ publicKey })).toJSON();
    }
    async function sign(options) {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
        return (await navigator.credentials.get({ publicKey })).toJSON();
    }
</script>"#;

/// A place on this host that shows the page to whoever asks, as long as the test runs.
pub(crate) struct Site {
    pub(crate) port: u16,
}

impl Site {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let _ = stream.read(&mut [0; 8_192]);
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
                let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{PAGE}", PAGE.len());
            }
        });
        Self { port }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}
