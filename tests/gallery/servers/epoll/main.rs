// Style: one thread and bare epoll over one log of chunks; a client is a position in it.
// Wakes: the kernel says which sockets can be read or written; nothing else waits.
// Slow client: nothing waits but its position; when lapped, it loses the oldest. Senders
// wait for clients that are behind, but for none that took nothing for 100 ms.
// Gives up: all cores but one, and code that reads from top to bottom.
use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// Bytes of a chunk, which holds whole messages, and how many chunks the log keeps.
const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 256;

/// How many chunks a client may be behind before senders wait, and for how long.
const BEHIND: usize = CHUNKS / 2;
const PATIENCE: Duration = Duration::from_millis(100);

/// Bytes that a client is sent before it is the next one's turn.
const TURN: usize = 4 * CHUNK;

/// Tokens of what is no client.
const LISTENER: u64 = 0;
const INPUT: u64 = 1;

struct Epoll(OwnedFd);

impl Epoll {
    fn new() -> io::Result<Epoll> {
        // SAFETY: the descriptor that it returns is new, and owned from here on.
        let fd = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        Ok(Epoll(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    fn set(&self, op: i32, of: &impl AsRawFd, events: i32, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: events as u32,
            u64: token,
        };
        // SAFETY: the kernel only reads the event.
        check(unsafe { libc::epoll_ctl(self.0.as_raw_fd(), op, of.as_raw_fd(), &mut event) })?;
        Ok(())
    }

    /// The tokens of what is ready within a time, in milliseconds.
    fn wait(&self, timeout: i32) -> Vec<u64> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 256];
        // SAFETY: the kernel writes at most as many events as there are.
        let count =
            unsafe { libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), 256, timeout) };
        events[..count.max(0) as usize]
            .iter()
            .map(|event| event.u64)
            .collect()
    }
}

fn check(result: i32) -> io::Result<i32> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

struct Log {
    chunks: VecDeque<Vec<u8>>,
    /// The number of the first chunk.
    first: usize,
}

/// A chunk's number and an offset in it.
type Position = (usize, usize);

impl Log {
    fn head(&self) -> Position {
        (
            self.first + self.chunks.len() - 1,
            self.chunks[self.chunks.len() - 1].len(),
        )
    }

    /// Appends whole messages, at most a chunk.
    fn append(&mut self, run: &[u8]) {
        if self.head().1 + run.len() > CHUNK {
            let mut next = Vec::with_capacity(CHUNK);
            if self.chunks.len() == CHUNKS {
                next = self.chunks.pop_front().unwrap();
                next.clear();
                self.first += 1;
            }
            self.chunks.push_back(next);
        }
        self.chunks.back_mut().unwrap().extend_from_slice(run);
    }
}

struct Client {
    socket: TcpStream,
    /// The message that has not come as a whole.
    begun: Vec<u8>,
    /// What it is sent next, after the rest of a message of which a part was sent.
    at: Position,
    rest: Vec<u8>,
    /// Since when its socket takes nothing.
    blocked: Option<Instant>,
    /// Where it ended its side.
    end: Option<Position>,
}

impl Client {
    /// Appends what it sends to the log; whether there may be more.
    fn receive(&mut self, buffer: &mut [u8], log: &mut Log) -> io::Result<bool> {
        let begun = self.begun.len();
        buffer[..begun].copy_from_slice(&self.begun);
        let filled = match self.socket.read(&mut buffer[begun..]) {
            Ok(0) => return Ok(false),
            Ok(n) => begun + n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
            Err(error) => return Err(error),
        };
        let whole = whole(&buffer[..filled], filled);
        log.append(&buffer[..whole]);
        self.begun.clear();
        self.begun.extend_from_slice(&buffer[whole..filled]);
        Ok(true)
    }

    /// Sends what it has not got; whether there will be more.
    fn send(&mut self, log: &Log) -> io::Result<bool> {
        let mut left = TURN;
        while self.blocked.is_none() && left > 0 {
            if !self.rest.is_empty() {
                let sent = write(&self.socket, &self.rest, &mut self.blocked)?;
                self.rest.drain(..sent);
                continue;
            }
            self.at = self.at.max((log.first, 0)); // it was lapped
            if self.end.is_some_and(|end| self.at >= end) {
                self.socket.shutdown(Shutdown::Write)?;
                return Ok(false);
            }
            let bytes = &log.chunks[self.at.0 - log.first][self.at.1..];
            if bytes.is_empty() && self.at == log.head() {
                break;
            } else if bytes.is_empty() {
                self.at = (self.at.0 + 1, 0);
                continue;
            }
            let sent = write(&self.socket, bytes, &mut self.blocked)?;
            let mut next = whole(bytes, sent);
            if next < sent {
                // The log may drop the rest of this message before it is sent.
                let end = next + 1 + usize::from(bytes[next]);
                self.rest.extend_from_slice(&bytes[sent..end]);
                next = end;
            }
            self.at.1 += next;
            left = left.saturating_sub(sent);
        }
        Ok(true)
    }

    /// Whether senders wait for it.
    fn is_awaited(&self, head: usize) -> bool {
        head - self.at.0 > BEHIND && self.blocked.is_none_or(|since| since.elapsed() < PATIENCE)
    }
}

/// Writes what the socket takes, and notes when it takes nothing.
fn write(mut socket: &TcpStream, bytes: &[u8], blocked: &mut Option<Instant>) -> io::Result<usize> {
    match socket.write(bytes) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            *blocked = Some(Instant::now());
            Ok(0)
        }
        result => result,
    }
}

/// The bytes of the whole messages among the first `end` bytes.
fn whole(bytes: &[u8], end: usize) -> usize {
    let mut at = 0;
    while at < end && at + 1 + usize::from(bytes[at]) <= end {
        at += 1 + usize::from(bytes[at]);
    }
    at
}

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).expect("usage: epoll ADDRESS");
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    // Input is polled apart, so that one call stops or resumes all senders.
    let (all, input) = (Epoll::new()?, Epoll::new()?);
    all.set(libc::EPOLL_CTL_ADD, &listener, libc::EPOLLIN, LISTENER)?;
    all.set(libc::EPOLL_CTL_ADD, &input.0, libc::EPOLLIN, INPUT)?;
    println!("listening on {}", listener.local_addr()?);

    let mut log = Log {
        chunks: VecDeque::from([Vec::with_capacity(CHUNK)]),
        first: 0,
    };
    let mut clients: HashMap<u64, Client> = HashMap::new();
    let mut tokens = INPUT + 1..;
    let mut buffer = vec![0; CHUNK];
    let mut held = false;
    loop {
        let busy = clients
            .values()
            .any(|client| client.blocked.is_none() && client.at < log.head());
        let hold = clients
            .values()
            .any(|client| client.is_awaited(log.head().0));
        if hold != held {
            held = hold;
            let events = if held { 0 } else { libc::EPOLLIN };
            all.set(libc::EPOLL_CTL_MOD, &input.0, events, INPUT)?;
        }
        let timeout = if busy {
            0
        } else if held {
            1
        } else {
            -1
        };
        for token in all.wait(timeout) {
            if token == LISTENER {
                let accepted = listener.accept().and_then(|(socket, _)| {
                    socket.set_nonblocking(true)?;
                    socket.set_nodelay(true)?;
                    let token = tokens.next().unwrap();
                    input.set(libc::EPOLL_CTL_ADD, &socket, libc::EPOLLIN, token)?;
                    let writable = libc::EPOLLOUT | libc::EPOLLET;
                    all.set(libc::EPOLL_CTL_ADD, &socket, writable, token)?;
                    let (begun, rest) = (Vec::new(), Vec::new());
                    let at = log.head();
                    let client = Client {
                        socket,
                        begun,
                        at,
                        rest,
                        blocked: None,
                        end: None,
                    };
                    clients.insert(token, client);
                    Ok(())
                });
                if accepted.is_err() {
                    std::thread::sleep(Duration::from_millis(10)); // no descriptor is free
                }
            } else if token == INPUT {
                for token in input.wait(0) {
                    let Some(client) = clients.get_mut(&token) else {
                        continue;
                    };
                    if !client.receive(&mut buffer, &mut log).unwrap_or(false) {
                        client.end = Some(log.head());
                        input.set(libc::EPOLL_CTL_DEL, &client.socket, 0, token)?;
                    }
                }
            } else if let Some(client) = clients.get_mut(&token) {
                client.blocked = None;
            }
        }
        clients.retain(|_, client| client.send(&log).unwrap_or(false));
    }
}
