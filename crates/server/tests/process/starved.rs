//! A disk that is full gives no false success, and the server goes on once there is room; a disk that
//! fails leaves an outcome unknown, and the server denies, says so and ends.

use crate::{
    client::{Answer, Client},
    installation::{Installation, Server},
    program::Program,
};
use http::Method;
use rusqlite::Connection;
use serde_json::json;
use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::symlink,
    path::PathBuf,
    process::Command,
};

/// A small file system of its own, which is gone with its test.
struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// None where this user may not mount one.
    fn mount(at: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=700"), "tmpfs"])
            .arg(&at)
            .output();
        match mount {
            Ok(output) if output.status.success() => Some(Self { at }),
            Ok(output) => {
                println!(
                    "left out, because no tmpfs can be mounted: {}",
                    String::from_utf8_lossy(&output.stderr).trim()
                );
                None
            }
            Err(error) => {
                println!("left out, because mount cannot be run: {error}");
                None
            }
        }
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = File::create(self.filling()).unwrap();
        for bytes in [[0; 4_096].as_slice(), &[0]] {
            while file.write_all(bytes).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.filling()).unwrap();
    }

    fn filling(&self) -> PathBuf {
        self.at.join("filling")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that a failed test left behind may still have files open.
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

/// Issues until the disk is full; answers with what was refused.
fn issue_until_refused(client: &Client, secrets: &mut Vec<String>) -> Answer {
    for number in 0..1_000 {
        let body = json!({"name": format!("token {number}"), "description": "d".repeat(2_000)});
        let answer = client.post("/v1/tokens", &body);
        match answer.status {
            201 => secrets.push(answer.issued().secret),
            _ => return answer,
        }
    }
    panic!("the disk is never full");
}

/// Uses up what room is left for the smallest of changes.
fn switch_until_refused(client: &Client, id: &str) {
    let refused = (0..1_000).any(|round| {
        let verb = if round % 2 == 0 { "disable" } else { "enable" };
        client.send(Method::POST, &format!("/v1/tokens/{id}/{verb}"), &[], None).status != 200
    });
    assert!(refused, "the disk is never full");
}

#[test]
fn a_full_disk_gives_no_false_success_and_room_heals_it() {
    let installation = Installation::new();
    let Some(disk) = SmallDisk::mount(installation.home.file("disk"), "12m") else { return };
    symlink(&disk.at, installation.data()).unwrap();
    let mut server = installation.start();
    let client = installation.administrator(&server);
    let kept = client.issue(&json!({"name": "kept"}));
    let dead = client.issue(&json!({"name": "dead"}));
    let spare = client.issue(&json!({"name": "spare"}));
    client.delete(&format!("/v1/tokens/{}", dead.id)).expect(204);
    let mut secrets = vec![kept.secret.clone()];

    disk.fill();
    let refused = issue_until_refused(&client, &mut secrets);
    switch_until_refused(&client, &spare.id);
    assert_eq!((refused.status, refused.text_of("type").as_str()), (503, "/problems/unavailable"), "{}", refused.text);
    assert_eq!(refused.header("retry-after"), "1");
    expect_nothing_changes(&client, &kept.id);
    secrets.iter().for_each(|secret| client.expect_active(secret));
    client.expect_refused(&dead.secret, "deleted");

    // A start needs room to write, and says so; room that a log has left over would do.
    server.kill();
    disk.make_room();
    let store = Connection::open(installation.data().join("jeton.db")).unwrap();
    store.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(store);
    disk.fill();
    let ran = installation.fail_to_start(&[]).expect(1);
    assert!(ran.err.contains("is full"), "{}", ran.err);
    disk.make_room();
    let mut server = installation.start();
    let client = installation.administrator(&server);
    secrets.iter().for_each(|secret| client.expect_active(secret));
    client.expect_refused(&dead.secret, "deleted");
    client.get(&format!("/v1/tokens/{}", kept.id)).expect(200);

    // Room heals a running server as well.
    disk.fill();
    issue_until_refused(&client, &mut secrets);
    disk.make_room();
    client.get("/readyz").expect(200);
    client.delete(&format!("/v1/tokens/{}", kept.id)).expect(204);
    client.expect_refused(&kept.secret, "deleted");
    assert!(server.stop().success(), "{}", server.err());
    let server = installation.start();
    let client = installation.administrator(&server);
    client.expect_refused(&kept.secret, "deleted");
    secrets[1..].iter().for_each(|secret| client.expect_active(secret));
}

/// Every way to change the token is answered with 503, and it stays what it is.
fn expect_nothing_changes(client: &Client, id: &str) {
    let path = format!("/v1/tokens/{id}");
    let before = client.get(&path).expect(200).text;
    let changes = [(Method::DELETE, ""), (Method::POST, "/disable"), (Method::POST, "/rotate")];
    for (method, verb) in changes {
        let answer = client.send(method, &format!("{path}{verb}"), &[], None);
        assert_eq!(answer.status, 503, "{verb}: {}", answer.text);
    }
    let without_use = |text: &str| {
        serde_json::from_str::<serde_json::Value>(text).map(|mut token| {
            token["last_use"].take();
            token
        })
    };
    assert_eq!(without_use(&client.get(&path).expect(200).text).unwrap(), without_use(&before).unwrap());
}

/// Serves with files that may grow to so many KiB: what is written beyond fails like a bad disk.
fn start_limited(installation: &Installation, kibibytes: u64) -> Server {
    let limited = installation.command();
    let mut command = Command::new("sh");
    // An ignored signal stays ignored in what is run, so that writes fail instead.
    command.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kibibytes * 2));
    command.arg(limited.get_program()).args(limited.get_args()).env_clear().current_dir(installation.home.path());
    command.envs(limited.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/bin:/bin");
    Server::of(Program::spawn(&mut command))
}

#[test]
fn a_failing_disk_ends_the_server_and_the_next_start_finds_out() {
    let installation = Installation::new();
    let mut server = start_limited(&installation, 1_024);
    let client = installation.administrator(&server);
    let dead = client.issue(&json!({"name": "dead"}));
    client.delete(&format!("/v1/tokens/{}", dead.id)).expect(204);
    let mut secrets = Vec::new();
    let refused = issue_until_refused(&client, &mut secrets);
    assert_eq!(
        (refused.status, refused.text_of("type").as_str()),
        (500, "/problems/outcome-unknown"),
        "{}",
        refused.text
    );
    let status = server.wait();
    assert_eq!(status.code(), Some(1), "{}", server.err());
    assert!(server.err().contains("start it again to find out"), "{}", server.err());

    let server = installation.start();
    let client = installation.administrator(&server);
    secrets.iter().for_each(|secret| client.expect_active(secret));
    client.expect_refused(&dead.secret, "deleted");
    let listed =
        client.get("/v1/tokens?total=true&name_contains=token%20").expect(200).json()["total"].as_u64().unwrap();
    let answered = secrets.len() as u64;
    assert!([answered, answered + 1].contains(&listed), "the cut one is there or not: {listed}, {answered}");
}
