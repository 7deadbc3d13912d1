//! What Jeton is measured against: a bare server, the disk, and a flat file.

use crate::process::{Process, on_core};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    collections::HashMap,
    convert::Infallible,
    fs::File,
    hash::{BuildHasherDefault, Hasher},
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// As long as the answer of a verification.
const ANSWER: &str = r#"{"active":true,"token_id":"01a2035a-b975-760c-9a5a-3001605df508","subject":"01a2035a-7524-7cfc-ae22-7fc39e79d598","subject_kind":"user","organisation":"01a2035a-7523-7976-9378-dd283654afcd","scopes":["service:read"],"expires_at":null}"#;

/// Serves the fixed answer on one thread; the parent process reads the address.
pub fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on http://{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
    });
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(Bytes::from_static(ANSWER.as_bytes())));
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The bare server as a process on the servers' core.
pub fn start() -> Process {
    let child = Command::new(std::env::current_exe().unwrap()).arg("reference").stdout(Stdio::piped()).spawn().unwrap();
    on_core(0, child.id());
    Process::new(child)
}

/// How long the disk takes.
pub struct Syncs {
    pub mean: f64,
    pub median: f64,
}

/// Writes a page and waits for the disk, again and again.
pub fn fdatasync(folder: &Path, time: Duration) -> Syncs {
    let path = folder.join("fdatasync");
    let mut file = File::create(&path).unwrap();
    let (begun, mut waits) = (Instant::now(), Vec::new());
    while begun.elapsed() < time {
        let one = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        waits.push(one.elapsed().as_secs_f64());
    }
    std::fs::remove_file(path).unwrap();
    waits.sort_by(f64::total_cmp);
    Syncs { mean: waits.iter().sum::<f64>() / waits.len() as f64, median: waits[waits.len() / 2] }
}

/// Takes the first eight bytes of a key as they are.
#[derive(Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Reads 32 bytes for each token from a flat file into a hash map, which is the least that any
/// server that answers from memory must do. Returns the seconds it took.
pub fn flat_file(folder: &Path, tokens: usize) -> f64 {
    let path = folder.join("flat");
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (state ^ (state >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_le_bytes()
    };
    let mut file = std::io::BufWriter::new(File::create(&path).unwrap());
    (0..tokens * 4).for_each(|_| file.write_all(&next()).unwrap());
    file.into_inner().unwrap().sync_all().unwrap();
    let begun = Instant::now();
    let mut file = std::io::BufReader::with_capacity(1 << 20, File::open(&path).unwrap());
    let mut map: HashMap<[u8; 16], [u8; 16], BuildHasherDefault<FirstBytes>> =
        HashMap::with_capacity_and_hasher(tokens, BuildHasherDefault::default());
    let mut record = [0; 32];
    while file.read_exact(&mut record).is_ok() {
        let (key, value) = record.split_at(16);
        map.insert(key.try_into().unwrap(), value.try_into().unwrap());
    }
    assert_eq!(map.len(), tokens);
    let took = begun.elapsed().as_secs_f64();
    std::fs::remove_file(path).unwrap();
    took
}
