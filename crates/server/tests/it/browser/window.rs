//! A real browser without a screen, driven as its makers foresee (W3C `WebDriver`), with passkeys of its own.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// What stands before the name of an element (W3C `WebDriver`, section 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

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
        let (driver, port) = start_driver();
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

    /// Goes back to the page before.
    pub(crate) fn back(&self) {
        self.post("/back", json!({}));
    }

    /// Loads the page again.
    pub(crate) fn reload(&self) {
        self.post("/refresh", json!({}));
    }

    /// Where it is.
    pub(crate) fn url_shown(&self) -> String {
        Self::value(self.agent.get(self.url("/url")).call()).as_str().unwrap().to_owned()
    }

    /// Runs a function's body beside the page, whose own scripts may be switched off.
    pub(crate) fn run(&self, body: &str, arguments: Value) -> Value {
        self.post("/execute/sync", json!({"script": body, "args": arguments}))
    }

    /// The same for a body that calls its last argument when it is done.
    pub(crate) fn run_until_done(&self, body: &str, arguments: Value) -> Value {
        self.post("/execute/async", json!({"script": body, "args": arguments}))
    }

    /// The elements that fit a selector of stylesheets.
    pub(crate) fn find(&self, selector: &str) -> Vec<Element<'_>> {
        let found = self.post("/elements", json!({"using": "css selector", "value": selector}));
        let ids = found.as_array().unwrap().iter().map(|element| element[ELEMENT].as_str().unwrap().to_owned());
        ids.map(|id| Element { window: self, id }).collect()
    }

    /// The element that a function gave, where it gave one.
    pub(crate) fn found(&self, given: &Value) -> Option<Element<'_>> {
        Some(Element { window: self, id: given[ELEMENT].as_str()?.to_owned() })
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) fn press(&self, keys: &[&str]) {
        let actions = keys
            .iter()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]);
        let actions: Vec<_> = actions.collect();
        self.post("/actions", json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// Lets pages run their own scripts, or not.
    pub(crate) fn allow_scripts(&self, allowed: bool) {
        self.control("Emulation.setScriptExecutionDisabled", json!({"value": !allowed}));
    }

    /// Shows pages as somebody who likes them dark, or light, sees them.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.control("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Makes the visible part of pages so large, in pixels.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.control("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// A picture of the whole page, as PNG.
    pub(crate) fn picture(&self) -> Vec<u8> {
        // The whole page needs no scrollbar, and would be cut by the room that one took.
        self.control("Emulation.setScrollbarsHidden", json!({"hidden": true}));
        let shot = self.control("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": true}));
        STANDARD.decode(shot["data"].as_str().unwrap()).unwrap()
    }

    /// A command of the browser's own protocol, for what `WebDriver` knows nothing of.
    fn control(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({"cmd": command, "params": parameters}))
    }

    /// Calls a function of the page with options, and waits for what comes of it.
    pub(crate) fn ceremony(&self, function: &str, options: &Value) -> Result<Value, String> {
        let script = format!(
            "const done = arguments[1];
             {function}(arguments[0]).then((made) => done({{made}}), (error) => done({{refused: String(error)}}));"
        );
        let mut done = self.run_until_done(&script, json!([options]));
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

/// An element of a page.
pub(crate) struct Element<'a> {
    window: &'a Window,
    id: String,
}

impl Element<'_> {
    /// Clicks it, as somebody does who sees it.
    pub(crate) fn click(&self) {
        self.window.post(&format!("/element/{}/click", self.id), json!({}));
    }

    /// The same, unless it is gone or something lies above it.
    pub(crate) fn try_click(&self) -> bool {
        let url = self.window.url(&format!("/element/{}/click", self.id));
        self.window.agent.post(url).content_type("application/json").send("{}").unwrap().status().is_success()
    }

    /// Types into it.
    pub(crate) fn write(&self, text: &str) {
        self.window.post(&format!("/element/{}/value", self.id), json!({"text": text}));
    }

    /// Takes away what stands in it.
    pub(crate) fn clear(&self) {
        self.window.post(&format!("/element/{}/clear", self.id), json!({}));
    }

    /// A property of it, such as its value.
    pub(crate) fn property(&self, name: &str) -> Value {
        self.get(&format!("property/{name}"))
    }

    fn get(&self, what: &str) -> Value {
        Window::value(self.window.agent.get(self.window.url(&format!("/element/{}/{what}", self.id))).call())
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

/// Starts the driver, and says at which port it listens. Another program may take the port that it has chosen, and
/// then it ends: it is started again.
fn start_driver() -> (Child, u16) {
    for _ in 0..5 {
        let driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = driver.expect("chromedriver was not found; `./test browser` installs it");
        if let Some(port) = port_of(&mut driver) {
            return (driver, port);
        }
        let _ = driver.wait();
    }
    panic!("chromedriver did not start");
}

/// The port that the driver chose, which it says on its output.
fn port_of(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.find_map(|line| line.strip_suffix('.')?.rsplit(' ').next()?.parse().ok());
    // What it says later is read, so that it never waits for a reader.
    thread::spawn(move || lines.for_each(drop));
    port
}
