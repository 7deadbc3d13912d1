//! Servers as processes of their own, on a core of their own, and the stores that they serve.

use crate::load::{Answered, Request, ask};
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

const JETON: &str = env!("CARGO_BIN_EXE_jeton");
/// The kernel counts processor time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// Keeps a process on one core.
pub fn on_core(core: usize, process: u32) {
    let arguments = ["-a", "-p", "-c", &core.to_string(), &process.to_string()];
    let pinned = Command::new("taskset").args(arguments).stdout(Stdio::null()).status();
    assert!(pinned.is_ok_and(|status| status.success()), "taskset (util-linux) is needed");
}

/// A running server.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

/// A load and the processor time that the server took for it.
pub struct Measured {
    pub answered: Answered,
    seconds: f64,
}

impl Measured {
    /// Microseconds of the server's processor time for one request.
    pub fn cost(&self) -> f64 {
        self.seconds * 1e6 / self.answered.count as f64
    }
}

impl Process {
    /// Waits until the server says where it listens.
    pub fn new(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on http://").and_then(|address| address.parse().ok()));
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: listening.expect("the server did not start") }
    }

    pub fn measure(&self, load: impl FnOnce(SocketAddr) -> Answered) -> Measured {
        let before = self.processor_seconds();
        let answered = load(self.address);
        Measured { answered, seconds: self.processor_seconds() - before }
    }

    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).and_then(|kibibytes| kibibytes.parse::<u64>().ok()).unwrap() * 1024
    }

    fn processor_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The fields are counted behind the name, which may hold blanks.
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / TICKS_PER_SECOND
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running Jeton.
pub struct Jeton {
    pub process: Process,
    pub data: PathBuf,
    pub administrator: String,
}

impl Jeton {
    /// Starts it with one thread on the servers' core.
    pub fn start(data: &Path, flags: &[&str]) -> Self {
        let jeton = Self::spawn(data, &[&["--worker-threads=1"], flags].concat());
        on_core(0, jeton.process.child.id());
        jeton
    }

    /// Starts it as it comes, on all cores.
    pub fn start_anywhere(data: &Path) -> Self {
        Self::spawn(data, &[])
    }

    fn spawn(data: &Path, flags: &[&str]) -> Self {
        let mut command = Command::new(JETON);
        command.args(["serve", "--listen=127.0.0.1:0", "--metrics-listen=off", "--data"]).arg(data).args(flags);
        // The bench process is pinned, and its children would inherit that.
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let all = std::thread::available_parallelism().map_or(2, usize::from).max(2);
        let _ = Command::new("taskset")
            .args(["-a", "-p", "-c", &format!("0-{}", all - 1), &child.id().to_string()])
            .stdout(Stdio::null())
            .status();
        let secrets = std::fs::File::open(data.join("secrets")).unwrap();
        let administrator = BufReader::new(secrets).lines().next().unwrap().unwrap();
        Self { process: Process::new(child), data: data.to_owned(), administrator }
    }

    /// The identifiers of some tokens, the oldest first.
    pub fn token_ids(&self, count: usize) -> Vec<String> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        while ids.len() < count {
            let request = Request::get(&format!("/v1/tokens?sort=created&limit=200{cursor}"), &self.administrator);
            let page: serde_json::Value =
                serde_json::from_slice(&ask(self.process.address, &request).unwrap()).unwrap();
            let found = page["items"].as_array().unwrap().iter().map(|token| token["id"].as_str().unwrap().to_owned());
            ids.extend(found);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        // The first is the administrator's own.
        ids.drain(..1);
        ids.truncate(count);
        ids
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("performance")
}

/// A data directory with that many tokens; made once and kept.
pub fn store_of(tokens: usize, one_owner: bool) -> PathBuf {
    let data = folder().join(format!("{tokens}{}", if one_owner { "-one-owner" } else { "" }));
    if !data.join("filled").exists() {
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data).unwrap();
        let mut command = Command::new(JETON);
        command
            .args(["bench", "--data"])
            .arg(&data)
            .args(["fill", "--tokens", &tokens.to_string(), "--secrets"])
            .arg(data.join("secrets"));
        let filled = command.args(one_owner.then_some("--one-owner")).status();
        assert!(filled.is_ok_and(|status| status.success()), "the store could not be filled");
        std::fs::write(data.join("filled"), "").unwrap();
    }
    data
}

/// A copy of a data directory, for what changes it.
pub fn copied(data: &Path) -> PathBuf {
    let copy = folder().join("copy");
    let _ = std::fs::remove_dir_all(&copy);
    let copying = Command::new("cp").arg("-a").arg(data).arg(&copy).status();
    assert!(copying.is_ok_and(|status| status.success()), "the store could not be copied");
    copy
}

/// A copy of a data directory from which that many tokens were deleted.
pub fn with_deletes(data: &Path, count: u64) -> PathBuf {
    let copy = copied(data);
    let jeton = Jeton::start_anywhere(&copy);
    let mut deleted = 0;
    // The oldest owners have 100 tokens each: their organisations go one after the other.
    let organisations = Request::get("/v1/organisations?limit=200", &jeton.administrator);
    let page: serde_json::Value = serde_json::from_slice(&ask(jeton.process.address, &organisations).unwrap()).unwrap();
    for organisation in page["items"].as_array().unwrap().iter().skip(1) {
        let id = organisation["id"].as_str().unwrap();
        let body = format!("{{\"filter\":{{\"organisation\":\"{id}\"}}}}");
        let request = Request::post("/v1/tokens/delete", &jeton.administrator, &body);
        let answer: serde_json::Value = serde_json::from_slice(&ask(jeton.process.address, &request).unwrap()).unwrap();
        deleted += answer["deleted"].as_u64().unwrap_or(0);
        if deleted >= count {
            break;
        }
    }
    drop(jeton);
    copy
}
