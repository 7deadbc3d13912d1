//! The client: keep-alive connections, each with one request under way, prepared beforehand.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request as it goes over the wire.
pub struct Request(Vec<u8>);

impl Request {
    pub fn post(path: &str, credential: &str, body: &str) -> Self {
        Self::new("POST", path, &format!("authorization: Bearer {credential}\r\n"), body)
    }

    pub fn delete(path: &str, credential: &str) -> Self {
        Self::new("DELETE", path, &format!("authorization: Bearer {credential}\r\n"), "")
    }

    pub fn get(path: &str, credential: &str) -> Self {
        Self::new("GET", path, &format!("authorization: Bearer {credential}\r\n"), "")
    }

    /// A request with these lines in its header, each with its end.
    pub fn new(method: &str, path: &str, lines: &str, body: &str) -> Self {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{lines}");
        if !body.is_empty() {
            text += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        Self((text + "\r\n" + body).into_bytes())
    }
}

/// What came of a load.
pub struct Answered {
    pub count: usize,
    pub took: Duration,
    pub median: Duration,
}

/// Requests for a number of connections, which take them in turn.
pub struct Load<'a> {
    connections: usize,
    requests: &'a [Request],
}

impl<'a> Load<'a> {
    pub fn new(connections: usize, requests: &'a [Request]) -> Self {
        Self { connections, requests }
    }

    /// Sends the requests again and again for that long.
    pub fn run(&self, address: SocketAddr, time: Duration) -> Answered {
        let until = Instant::now() + time;
        self.drive(address, |_| Instant::now() < until)
    }

    /// Sends each request once.
    pub fn run_once(&self, address: SocketAddr) -> Answered {
        self.drive(address, |place| place < self.requests.len())
    }

    fn drive(&self, address: SocketAddr, goes_on: impl Fn(usize) -> bool) -> Answered {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        let clients = (0..self.connections).map(|_| self.client(address, &next, &goes_on));
        let mut waits: Vec<Duration> = runtime.block_on(all(clients)).into_iter().flatten().collect();
        let took = begun.elapsed();
        waits.sort_unstable();
        Answered { count: waits.len(), took, median: waits.get(waits.len() / 2).copied().unwrap_or_default() }
    }

    async fn client(&self, address: SocketAddr, next: &AtomicUsize, goes_on: &impl Fn(usize) -> bool) -> Vec<Duration> {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (mut waits, mut buffer) = (Vec::new(), vec![0; 1 << 20]);
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if !goes_on(place) {
                return waits;
            }
            let sent = Instant::now();
            stream.write_all(&self.requests[place % self.requests.len()].0).await.unwrap();
            let answer = answer(&mut stream, &mut buffer).await;
            assert!(answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(answer));
            waits.push(sent.elapsed());
        }
    }
}

/// The body of the answer to one request, for preparations.
pub fn ask(address: SocketAddr, request: &Request) -> Option<Vec<u8>> {
    ask_whole(address, request).map(|(_, body)| body)
}

/// The header and the body of the answer to one request.
pub fn ask_whole(address: SocketAddr, request: &Request) -> Option<(String, Vec<u8>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(&request.0).await.ok()?;
        let mut buffer = vec![0; 1 << 20];
        let answer = answer(&mut stream, &mut buffer).await;
        let body = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&answer[..body]).into_owned();
        answer.starts_with(b"HTTP/1.1 2").then(|| (head, answer[body + 4..].to_vec()))
    })
}

async fn answer<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> &'a [u8] {
    let mut read = 0;
    loop {
        let more = stream.read(&mut buffer[read..]).await.unwrap();
        assert!(more > 0, "the server closed the connection");
        read += more;
        let Some(head) = buffer[..read].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let length = length(&buffer[..head]);
        if read >= head + 4 + length {
            return &buffer[..read];
        }
    }
}

fn length(head: &[u8]) -> usize {
    let name = b"content-length: ";
    let Some(place) = head.windows(name.len()).position(|word| word.eq_ignore_ascii_case(name)) else { return 0 };
    let digits = head[place + name.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

/// Runs futures side by side on this thread.
async fn all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(move |context| {
        let mut pending = false;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(done) => *output = Some(done),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(running.iter_mut().filter_map(|(_, output)| output.take()).collect())
    })
    .await
}
