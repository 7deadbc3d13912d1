//! A store from yesterday accepts nothing until somebody leads it out, and every way out leaves what
//! was deleted dead.

use crate::{
    client::{Client, Issued},
    installation::Installation,
    run::Ran,
};
use serde_json::json;
use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// An installation whose store was put back from a backup, and what became of its tokens before that.
struct Yesterday {
    installation: Installation,
    backup: PathBuf,
    kept: Issued,
    deleted: Issued,
    rotated_out: String,
    rotated_in: String,
    /// Issued after the backup, so that the restored store does not know it.
    lost: Issued,
    /// The highest number that was ever given.
    number: u64,
}

impl Yesterday {
    /// Backs up while others write, changes what was backed up, stops, and restores.
    fn new() -> Self {
        let installation = Installation::new();
        let mut server = installation.start_with(&["--log-level", "warn"]);
        let client = installation.administrator(&server);
        let [kept, deleted, rotated] = ["kept", "deleted", "rotated"].map(|name| client.issue(&json!({"name": name})));
        let backup = installation.home.file("backup.db");
        let writing = Arc::new(AtomicBool::new(true));
        let writer = {
            let (writing, client) = (Arc::clone(&writing), server.client().with(&installation.token));
            thread::spawn(move || {
                while writing.load(Ordering::Relaxed) {
                    client.issue(&json!({"name": "meanwhile"}));
                }
            })
        };
        let ran = installation.run(&["backup", backup.to_str().unwrap()]).expect(0);
        assert!(ran.out.contains("journal position"), "{}", ran.out);
        writing.store(false, Ordering::Relaxed);
        writer.join().unwrap();
        client.delete(&format!("/v1/tokens/{}", deleted.id)).expect(204);
        let rotated_in =
            client.post(&format!("/v1/tokens/{}/rotate", rotated.id), &json!({})).expect(200).issued().secret;
        let lost = client.post("/v1/tokens", &json!({"name": "lost"})).expect(201);
        let number = lost.json()["number"].as_u64().unwrap();
        let lost = lost.issued();
        assert!(server.stop().success(), "{}", server.err());
        Self { installation, backup, kept, deleted, rotated_out: rotated.secret, rotated_in, lost, number }
    }

    fn restore(&self, arguments: &[&str]) -> Ran {
        self.installation.run(&[&["restore", "--yes"], arguments].concat())
    }

    /// Puts the backup back and does not choose a way out.
    fn put_back(&self) -> Ran {
        let ran = self.restore(&[self.backup.to_str().unwrap()]).expect(6);
        for line in ["--replay-denials", "--delete-before", "--accept-loss", "names 1 deleted token and 1 ended secret"]
        {
            assert!(ran.err.contains(line), "{}", ran.err);
        }
        ran
    }

    /// The server comes up, and accepts no secret and no change.
    fn expect_quarantine(&self, ground: &str) {
        let mut server = self.installation.start();
        let client = self.installation.administrator(&server);
        client.get("/healthz").expect(200);
        let ready = client.get("/readyz").expect(503);
        assert!(ready.text.contains("jeton doctor"), "{}", ready.text);
        for secret in [&self.kept.secret, &self.deleted.secret, &self.rotated_out, &self.installation.token] {
            let own = client.with(secret);
            for answer in [own.get("/v1/whoami"), own.verify(secret), own.post("/v1/tokens", &json!({"name": "x"}))] {
                assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{}", answer.text);
            }
        }
        server.client().post("/v1/tokens/revoke-by-secret", &json!({"token": self.kept.secret})).expect(503);
        assert!(server.err().contains("jeton doctor"), "{}", server.err());
        let doctor = self.installation.run(&["doctor"]).expect(1);
        for line in ["the store is in quarantine", ground, "jeton restore", "--replay-denials"] {
            assert!(doctor.out.contains(line), "no {line:?} in {}", doctor.out);
        }
        let busy = self.restore(&["--replay-denials"]).expect(6);
        assert!(busy.err.contains("stop the server"), "{}", busy.err);
        assert!(server.stop().success(), "{}", server.err());
    }

    /// The server serves again; answers with a client for what each way out does differently.
    fn expect_served(&self, look: impl FnOnce(&Client)) {
        for _ in 0..2 {
            let mut server = self.installation.start();
            let client = self.installation.administrator(&server);
            client.get("/readyz").expect(200);
            client.expect_refused(&self.deleted.secret, "deleted");
            let rotated = client.verify(&self.rotated_out).expect(200).json();
            assert_eq!(rotated["active"], false, "{rotated}");
            for lost in [&self.lost.secret, &self.rotated_in] {
                client.expect_refused(lost, "unknown");
            }
            assert!(server.stop().success(), "{}", server.err());
        }
        let server = self.installation.start();
        let client = self.installation.administrator(&server);
        let number = client.post("/v1/tokens", &json!({"name": "new"})).expect(201).json()["number"].as_u64().unwrap();
        assert!(number > self.number, "no number is given twice: {number}");
        let findings = self.installation.run(&["doctor", "--json"]).json();
        let of = |check: &str| {
            findings.as_array().unwrap().iter().find(|finding| finding["check"] == check).unwrap()["level"].clone()
        };
        assert_eq!([of("journal"), of("denials")], ["ok", "ok"], "{findings}");
        look(&client);
    }
}

#[test]
fn replayed_denials_lead_out() {
    let yesterday = Yesterday::new();
    yesterday.put_back();
    yesterday.expect_quarantine("older than what had been seen");
    let ran = yesterday.restore(&["--replay-denials"]).expect(0);
    assert!(ran.out.contains("1 token and 1 secret"), "{}", ran.out);
    yesterday.expect_served(|client| {
        client.expect_active(&yesterday.kept.secret);
        let lifted = client.get("/v1/journal?kind=quarantine.lifted").expect(200).json();
        assert_eq!(lifted["items"].as_array().unwrap().len(), 1, "{lifted}");
    });
    // A second one finds nothing to do.
    let ran = yesterday.restore(&["--replay-denials"]).expect(0);
    assert!(ran.out.contains("not in quarantine"), "{}", ran.out);
}

#[test]
fn a_restore_may_choose_its_way_out_at_once() {
    let yesterday = Yesterday::new();
    yesterday.restore(&[yesterday.backup.to_str().unwrap(), "--replay-denials"]).expect(0);
    yesterday.expect_served(|client| client.expect_active(&yesterday.kept.secret));
}

#[test]
fn the_death_of_all_older_tokens_leads_out() {
    let yesterday = Yesterday::new();
    yesterday.put_back();
    yesterday.restore(&["--delete-before", "0s"]).expect(0);
    let mut server = yesterday.installation.start();
    let client = server.client();
    for secret in [&yesterday.kept, &yesterday.deleted].map(|issued| &issued.secret) {
        client.with(secret).get("/v1/whoami").expect(401);
    }
    // The administrator's token died too; the way back is the one for lost administrators.
    client.with(&yesterday.installation.token).get("/v1/whoami").expect(401);
    assert!(server.stop().success());
    let link = yesterday.installation.run(&["recover-administrator"]).expect(0).out;
    let server = yesterday.installation.start();
    let body = json!({"link": link.trim(), "password": "a passphrase of some length", "email": "ada@example.com", "name": "Ada"});
    server.client().post("/v1/links/redeem", &body).expect(204);
}

#[test]
fn an_accepted_loss_leads_out_under_a_name() {
    let yesterday = Yesterday::new();
    yesterday.put_back();
    yesterday.restore(&["--accept-loss", "Ada Operations"]).expect(0);
    yesterday.expect_served(|client| {
        client.expect_active(&yesterday.kept.secret);
        let lifted = client.get("/v1/journal?kind=quarantine.lifted").expect(200).json();
        assert_eq!(lifted["items"][0]["data"]["accepted_by"], "Ada Operations", "{lifted}");
    });
}

#[test]
fn a_store_without_its_denials_is_in_quarantine() {
    let yesterday = Yesterday::new();
    let denials = yesterday.installation.data().join("jeton.db.denials");
    let aside = yesterday.installation.home.file("denials");
    fs::rename(&denials, &aside).unwrap();
    let backup = yesterday.backup.to_str().unwrap();
    let ran = yesterday.restore(&[backup, "--replay-denials"]).expect(6);
    assert!(ran.err.contains("there are no denials to replay"), "{}", ran.err);
    yesterday.expect_quarantine("denials file is missing");
    // The file of another store is no help.
    let other = Installation::new();
    let mut server = other.start();
    assert!(server.stop().success());
    fs::copy(other.data().join("jeton.db.denials"), &denials).unwrap();
    yesterday.expect_quarantine("belongs to another store");
    // Its own is.
    fs::rename(&aside, &denials).unwrap();
    yesterday.expect_quarantine("older than what had been seen");
    yesterday.restore(&["--replay-denials"]).expect(0);
    yesterday.expect_served(|client| client.expect_active(&yesterday.kept.secret));
}

#[test]
fn a_restore_that_loses_nothing_needs_no_way_out() {
    let yesterday = Yesterday::new();
    let newest = yesterday.installation.home.file("newest.db");
    yesterday.installation.run(&["backup", newest.to_str().unwrap()]).expect(0);
    let ran = yesterday.restore(&[newest.to_str().unwrap()]).expect(0);
    assert!(ran.out.contains("not in quarantine"), "{}", ran.out);
    let server = yesterday.installation.start();
    let client = yesterday.installation.administrator(&server);
    client.expect_refused(&yesterday.deleted.secret, "deleted");
    client.expect_active(&yesterday.lost.secret);
    client.expect_active(&yesterday.rotated_in);
}

#[test]
fn after_a_lost_disk_an_old_copy_of_the_denials_is_not_believed() {
    let installation = Installation::new();
    let mut server = installation.start();
    let client = installation.administrator(&server);
    let deleted = client.issue(&json!({"name": "deleted all day"}));
    assert!(server.stop().success());
    let copy = fs::read(installation.store().with_extension("db.denials")).unwrap();
    let backup = installation.home.file("backup.db");
    installation.run(&["backup", backup.to_str().unwrap()]).expect(0);
    let mut server = installation.start();
    installation.administrator(&server).delete(&format!("/v1/tokens/{}", deleted.id)).expect(204);
    assert!(server.stop().success());
    for part in ["db", "db-wal", "db-shm", "db.denials"] {
        let _ = fs::remove_file(installation.store().with_extension(part));
    }
    fs::write(installation.store().with_extension("db.denials"), copy).unwrap();
    // There is no store, but there was one.
    let doctor = installation.run(&["doctor"]).expect(1);
    assert!(doctor.out.contains("but there was one"), "{}", doctor.out);
    let refused = installation.fail_to_start(&[]).expect(1);
    assert!(refused.err.contains("shows that a store was here"), "{}", refused.err);
    // Nor is a new key made, which the one of the store could not replace.
    let (key, aside) = (installation.data().join("server.key"), installation.home.file("server.key"));
    fs::rename(&key, &aside).unwrap();
    let refused = installation.fail_to_start(&[]).expect(1);
    assert!(refused.err.contains("its server key"), "{}", refused.err);
    assert!(!key.exists());
    fs::rename(&aside, &key).unwrap();

    let restore = |arguments: &[&str]| installation.run(&[&["restore", "--yes"], arguments].concat());
    let ran = restore(&[backup.to_str().unwrap()]).expect(6);
    for line in ["does not reach beyond the backup", "--delete-before", "--accept-loss"] {
        assert!(ran.err.contains(line), "{}", ran.err);
    }
    let ran = restore(&["--replay-denials"]).expect(6);
    assert!(ran.err.contains("there are no denials to replay"), "{}", ran.err);
    let mut server = installation.start();
    installation.administrator(&server).with(&deleted.secret).get("/v1/whoami").expect(503);
    assert!(server.stop().success());
    restore(&["--accept-loss", "Ada Operations"]).expect(0);
    let ran = restore(&[]).expect(0);
    assert!(ran.out.contains("not in quarantine") && !ran.out.contains("lost nothing"), "{}", ran.out);
    let server = installation.start();
    installation.administrator(&server).get("/readyz").expect(200);
}

#[test]
fn another_history_of_the_same_length_is_noticed() {
    let yesterday = Yesterday::new();
    let installation = &yesterday.installation;
    // Somebody puts the file back by hand, removes the denials, and goes on as if nothing had been.
    let denials = installation.data().join("jeton.db.denials");
    let aside = installation.home.file("denials");
    fs::rename(&denials, &aside).unwrap();
    yesterday.restore(&[yesterday.backup.to_str().unwrap(), "--accept-loss", "Mallory"]).expect(0);
    let mut server = installation.start();
    let client = installation.administrator(&server);
    for _ in 0..200 {
        client.issue(&json!({"name": "another history"}));
    }
    client.expect_active(&yesterday.deleted.secret);
    assert!(server.stop().success());
    fs::rename(&aside, &denials).unwrap();
    yesterday.expect_quarantine("another history");
    yesterday.restore(&["--replay-denials"]).expect(0);
    let server = installation.start();
    installation.administrator(&server).expect_refused(&yesterday.deleted.secret, "deleted");
}
