//! What one client was answered, and what it was waiting for when the server was killed.

use crate::client::{Answer, Client, Issued};
use http::Method;
use serde_json::{Value, json};
use std::{ops::AddAssign, sync::Arc};
use store::testing::Seeded;

/// How many live tokens one client has at most.
const LIVE: usize = 20;
/// How many of the tokens deleted earlier are asked about again after each crash.
const RECALLED: u64 = 40;

/// The verdicts that are right for a secret.
pub(super) type Verdicts = &'static [&'static str];

/// All that one client knows.
pub(super) struct Ledger {
    name: String,
    random: Arc<Seeded>,
    live: Vec<Held>,
    deleted: Vec<Ended>,
    /// Those before this place in `deleted` were looked at after an earlier crash.
    looked_at: usize,
    /// What was sent and not answered.
    pending: Option<Change>,
    requests: u64,
    /// How many changes were answered.
    pub(super) answered: u64,
}

/// A live token.
#[derive(Clone)]
struct Held {
    id: String,
    name: String,
    batch: String,
    secret: String,
    rotated_out: Vec<String>,
    disabled: bool,
    revision: u64,
}

/// A deleted token.
struct Ended {
    id: String,
    secrets: Vec<String>,
}

/// A change, as it is sent.
#[derive(Clone)]
enum Change {
    Issue { key: String, body: Value },
    Rotate { place: usize, key: String },
    Switch { place: usize },
    Rename { place: usize, name: String },
    Delete { place: usize },
    DeleteBatch { batch: String },
}

/// What became of the changes that were cut off.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) applied: u64,
    pub(super) absent: u64,
}

impl AddAssign for Settled {
    fn add_assign(&mut self, other: Self) {
        self.applied += other.applied;
        self.absent += other.absent;
    }
}

impl Ledger {
    pub(super) fn new(number: usize, random: &Arc<Seeded>) -> Self {
        let (live, deleted) = (Vec::new(), Vec::new());
        let random = Arc::clone(random);
        let name = format!("client{number}");
        Self { name, random, live, deleted, looked_at: 0, pending: None, requests: 0, answered: 0 }
    }

    /// Changes and verifies until there is no answer.
    pub(super) fn work(&mut self, client: &Client) {
        self.looked_at = self.deleted.len();
        loop {
            self.requests += 1;
            if self.random.below(4) == 0 {
                if self.verify_one(client).is_err() {
                    return;
                }
                continue;
            }
            let change = self.choose();
            self.pending = Some(change.clone());
            let Ok(answer) = self.send(client, &change) else { return };
            self.note(change, &answer);
            self.pending = None;
            self.answered += 1;
        }
    }

    fn choose(&self) -> Change {
        let (key, batch) =
            (format!("{}-{}", self.name, self.requests), format!("{}-{}", self.name, self.requests / 16));
        if self.live.is_empty() || (self.live.len() < LIVE && self.random.below(3) == 0) {
            let body = json!({"name": key, "labels": {"batch": batch}});
            return Change::Issue { key, body };
        }
        let place = usize::try_from(self.random.below(self.live.len() as u64)).unwrap();
        match self.random.below(12) {
            0..=2 if !self.live[place].disabled => Change::Rotate { place, key },
            0..=5 => Change::Switch { place },
            6..=7 => Change::Rename { place, name: key },
            8..=10 => Change::Delete { place },
            _ => Change::DeleteBatch { batch: self.live[place].batch.clone() },
        }
    }

    fn send(&self, client: &Client, change: &Change) -> Result<Answer, ureq::Error> {
        let path = |place: &usize, verb: &str| format!("/v1/tokens/{}{verb}", self.live[*place].id);
        match change {
            Change::Issue { key, body } => {
                client.try_send(Method::POST, "/v1/tokens", &[("idempotency-key", key)], Some(body))
            }
            Change::Rotate { place, key } => {
                let headers = [("idempotency-key", key.as_str())];
                client.try_send(Method::POST, &path(place, "/rotate"), &headers, Some(&json!({})))
            }
            Change::Switch { place } => {
                let verb = if self.live[*place].disabled { "/enable" } else { "/disable" };
                client.try_send(Method::POST, &path(place, verb), &[], None)
            }
            Change::Rename { place, name } => {
                client.try_send(Method::PATCH, &path(place, ""), &[], Some(&json!({ "name": name })))
            }
            Change::Delete { place } => client.try_send(Method::DELETE, &path(place, ""), &[], None),
            Change::DeleteBatch { batch } => {
                let body = json!({"filter": {"labels": [format!("batch={batch}")]}});
                client.try_send(Method::POST, "/v1/tokens/delete", &[], Some(&body))
            }
        }
    }

    /// Takes down what was answered.
    fn note(&mut self, change: Change, answer: &Answer) {
        match change {
            Change::Issue { body, .. } => {
                assert_eq!(answer.status, 201, "{}", answer.text);
                let Issued { id, secret } = answer.issued();
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let (name, batch) = (text(&body["name"]), text(&body["labels"]["batch"]));
                let revision = revision(&answer.json());
                self.live.push(Held { id, name, batch, secret, rotated_out: Vec::new(), disabled: false, revision });
            }
            Change::Rotate { place, .. } => {
                assert_eq!(answer.status, 200, "{}", answer.text);
                let held = &mut self.live[place];
                let older = std::mem::replace(&mut held.secret, answer.issued().secret);
                held.rotated_out.push(older);
                held.revision = revision(&answer.json());
            }
            Change::Switch { place } => {
                assert_eq!(answer.status, 200, "{}", answer.text);
                self.live[place].disabled = !self.live[place].disabled;
                self.live[place].revision = revision(&answer.json());
            }
            Change::Rename { place, name } => {
                assert_eq!(answer.status, 200, "{}", answer.text);
                self.live[place].name = name;
                self.live[place].revision = revision(&answer.json());
            }
            Change::Delete { place } => {
                assert_eq!(answer.status, 204, "{}", answer.text);
                self.end(&[self.live[place].id.clone()]);
            }
            Change::DeleteBatch { batch } => {
                assert_eq!(answer.status, 200, "{}", answer.text);
                let ids = self.ids_of(&batch);
                assert_eq!(answer.json()["deleted"], ids.len(), "{}", answer.text);
                self.end(&ids);
            }
        }
    }

    fn ids_of(&self, batch: &str) -> Vec<String> {
        self.live.iter().filter(|held| held.batch == batch).map(|held| held.id.clone()).collect()
    }

    fn end(&mut self, ids: &[String]) {
        let (ended, live) = std::mem::take(&mut self.live).into_iter().partition(|held| ids.contains(&held.id));
        self.live = live;
        self.deleted.extend(Vec::into_iter(ended).map(|held: Held| {
            let mut secrets = held.rotated_out;
            secrets.push(held.secret);
            Ended { id: held.id, secrets }
        }));
    }

    fn verify_one(&self, client: &Client) -> Result<(), ureq::Error> {
        let secrets = self.secrets(&self.random);
        let Some(place) = self.random.next().checked_rem(secrets.len() as u64) else { return Ok(()) };
        let (secret, expected) = &secrets[usize::try_from(place).unwrap()];
        let body = json!({ "token": secret });
        let verdict = client.try_send(Method::POST, "/v1/tokens/verify", &[], Some(&body))?.expect(200).json();
        assert!(expected.contains(&verdict["reason"].as_str().unwrap_or("active")), "{expected:?}: {verdict}");
        Ok(())
    }

    /// Finds out what became of the change that was cut off: it is there as a whole, or not at all.
    pub(super) fn settle(&mut self, client: &Client) -> Settled {
        let Some(change) = self.pending.take() else { return Settled::default() };
        let applied = match &change {
            Change::Issue { body, .. } => {
                let name = body["name"].as_str().unwrap();
                let found = client.get(&format!("/v1/tokens?name_contains={name}")).expect(200).json();
                let found = found["items"].as_array().unwrap();
                // `client1-1` is also part of `client1-10`.
                found.iter().any(|token| token["name"] == name)
            }
            Change::Rotate { place, .. } | Change::Switch { place } | Change::Rename { place, .. } => {
                self.is_changed(client, &self.live[*place].id, &change)
            }
            Change::Delete { place } => self.are_gone(client, &[self.live[*place].id.clone()]),
            Change::DeleteBatch { batch } => self.are_gone(client, &self.ids_of(batch)),
        };
        match &change {
            // A repetition finds what was made, or makes it: never a second token, never a second turn.
            Change::Issue { .. } | Change::Rotate { .. } => {
                let answer = self.send(client, &change).unwrap();
                assert_eq!(answer.header("idempotent-replayed"), if applied { "true" } else { "" });
                self.note(change, &answer);
            }
            Change::Switch { place } | Change::Rename { place, .. } if applied => {
                let now = client.get(&format!("/v1/tokens/{}", self.live[*place].id));
                self.note(change, &now);
            }
            Change::Delete { place } if applied => self.end(&[self.live[*place].id.clone()]),
            Change::DeleteBatch { batch } if applied => self.end(&self.ids_of(batch)),
            Change::Switch { .. } | Change::Rename { .. } | Change::Delete { .. } | Change::DeleteBatch { .. } => {}
        }
        Settled { applied: u64::from(applied), absent: u64::from(!applied) }
    }

    /// True when a change that keeps its token was made: then the revision says so, and all else agrees.
    fn is_changed(&self, client: &Client, id: &str, change: &Change) -> bool {
        let held = self.live.iter().find(|held| held.id == id).unwrap();
        let token = client.get(&format!("/v1/tokens/{id}")).expect(200).json();
        let applied = revision(&token) == held.revision + 1;
        assert!(applied || revision(&token) == held.revision, "{token}");
        let (mut name, mut disabled, mut verdict) = (held.name.as_str(), held.disabled, "active");
        match change {
            Change::Rename { name: new, .. } if applied => name = new,
            Change::Switch { .. } if applied => disabled = !disabled,
            Change::Rotate { .. } if applied => verdict = "rotated",
            _ => {}
        }
        if disabled {
            verdict = "disabled";
        }
        let state = if disabled { "disabled" } else { "active" };
        assert_eq!((&token["name"], &token["state"]), (&json!(name), &json!(state)));
        let found = client.verify(&held.secret).expect(200).json();
        assert_eq!(found["reason"].as_str().unwrap_or("active"), verdict);
        applied
    }

    /// True when all of these were deleted, false when none was.
    fn are_gone(&self, client: &Client, ids: &[String]) -> bool {
        let statuses: Vec<_> = ids.iter().map(|id| client.get(&format!("/v1/tokens/{id}")).status).collect();
        assert!(statuses.iter().all(|status| *status == statuses[0]), "all or none: {statuses:?}");
        assert!([200, 404].contains(&statuses[0]), "{statuses:?}");
        let gone = statuses[0] == 404;
        for held in self.live.iter().filter(|held| gone && ids.contains(&held.id)) {
            client.expect_refused(&held.secret, "deleted");
            client.get(&format!("/v1/tokens/{}?deleted=include", held.id)).expect(410);
        }
        gone
    }

    /// Name, state and revision of every live token.
    pub(super) fn facts(&self) -> impl Iterator<Item = (String, (Value, Value, Value))> {
        self.live.iter().map(|held| {
            let state = if held.disabled { "disabled" } else { "active" };
            (held.id.clone(), (json!(held.name), json!(state), json!(held.revision)))
        })
    }

    /// Secrets with the right verdicts on each: all of live tokens, of those deleted since the last crash, and
    /// of some of those deleted earlier.
    pub(super) fn secrets(&self, random: &Seeded) -> Vec<(String, Verdicts)> {
        let mut secrets: Vec<(String, Verdicts)> = Vec::new();
        for held in &self.live {
            secrets.push((held.secret.clone(), if held.disabled { &["disabled"] } else { &["active"] }));
            secrets
                .extend(held.rotated_out.iter().map(|secret| (secret.clone(), &["rotated", "disabled"] as Verdicts)));
        }
        let (earlier, lately) = self.deleted.split_at(self.looked_at);
        let places = (0..RECALLED.min(earlier.len() as u64)).map(|_| random.below(earlier.len() as u64));
        let recalled = places.map(|place| &earlier[usize::try_from(place).unwrap()]);
        let ended = recalled.chain(lately).flat_map(|ended| &ended.secrets);
        secrets.extend(ended.map(|secret| (secret.clone(), &["deleted"] as Verdicts)));
        secrets
    }

    /// From now on every deleted token counts as deleted lately.
    pub(super) fn recall_everything(&mut self) {
        self.looked_at = 0;
    }

    /// The identifiers of all deleted tokens.
    pub(super) fn deleted(&self) -> impl Iterator<Item = &str> {
        self.deleted.iter().map(|ended| ended.id.as_str())
    }
}

fn revision(token: &Value) -> u64 {
    token["revision"].as_u64().unwrap()
}
