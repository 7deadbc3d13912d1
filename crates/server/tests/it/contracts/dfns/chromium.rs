//! A real browser without a screen, driven as its makers foresee (W3C `WebDriver`), with passkeys of its own.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

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

/// A window of Chromium. It closes with this value.
pub(crate) struct Window {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    _profile: TempDir,
}

impl Window {
    /// Opens one, with an authenticator that knows its user.
    pub(crate) fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let profile = format!("--user-data-dir={}", directory.path().display());
        let driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = driver.expect("chromedriver was not found; `./test` installs it");
        let port = port_of(&mut driver);
        let settings = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = settings.timeout_global(Some(Duration::from_secs(60))).build().new_agent();
        let mut window = Self { driver, session: format!("http://127.0.0.1:{port}"), agent, _profile: directory };
        // The sandbox needs a user that is not root, and containers have little shared memory.
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &profile];
        let capabilities = json!({"browserName": "chrome", "goog:chromeOptions": {"args": arguments}});
        let opened = window.post("/session", json!({"capabilities": {"alwaysMatch": capabilities}}));
        window.session += &format!("/session/{}", opened["sessionId"].as_str().unwrap());
        window
    }

    /// Plugs an authenticator in, and says how it is called.
    pub(crate) fn authenticator(&self, knows_its_user: bool) -> String {
        let plugged = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": knows_its_user,
        });
        self.post("/webauthn/authenticator", plugged).as_str().unwrap().to_owned()
    }

    /// What an authenticator keeps.
    pub(crate) fn passkeys(&self, authenticator: &str) -> Value {
        Self::value(self.agent.get(self.url(&format!("/webauthn/authenticator/{authenticator}/credentials"))).call())
    }

    /// Says whether an authenticator finds out who its user is from now on.
    pub(crate) fn verify_user(&self, authenticator: &str, verified: bool) {
        self.post(&format!("/webauthn/authenticator/{authenticator}/uv"), json!({"isUserVerified": verified}));
    }

    /// Opens an address.
    pub(crate) fn visit(&self, url: &str) {
        self.post("/url", json!({"url": url}));
    }

    /// Calls a function of the page with options, and waits for what comes of it.
    pub(crate) fn ceremony(&self, function: &str, options: &Value) -> Result<Value, String> {
        let script = format!(
            "const done = arguments[1];
             {function}(arguments[0]).then((made) => done({{made}}), (error) => done({{refused: String(error)}}));"
        );
        let mut done = self.post("/execute/async", json!({"script": script, "args": [options]}));
        match done["refused"].as_str() {
            Some(refused) => Err(refused.to_owned()),
            None => Ok(done["made"].take()),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.session)
    }

    fn post(&self, path: &str, body: Value) -> Value {
        Self::value(self.agent.post(self.url(path)).content_type("application/json").send(body.to_string()))
    }

    fn value(answer: Result<http::Response<ureq::Body>, ureq::Error>) -> Value {
        let mut answer = answer.unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{text}");
        serde_json::from_str::<Value>(&text).unwrap()["value"].take()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The browser ends with its session, and nobody waits for it when the test has failed.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver chose, which it says on its output.
fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.find_map(|line| line.strip_suffix('.')?.rsplit(' ').next()?.parse().ok());
    // What it says later is read, so that it never waits for a reader.
    thread::spawn(move || lines.for_each(drop));
    port.expect("chromedriver did not start")
}
