// Style: one thread and epoll over one log of chunks; a client is a position in it.
// Wakes: the kernel says which sockets can be read or written; nothing else waits.
// Slow client: its position waits, and its chunk; when lapped, it loses the oldest ones.
// Senders wait for clients that are behind, but for none that took nothing for 100 ms.
// Gives up: all cores but one, and code that reads from top to bottom.
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, Event, EventFlags};
use rustix::event::Timespec;
use rustix::io::retry_on_intr;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Bytes of a chunk, which holds whole messages, and how many chunks the log keeps.
const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 256;

/// How many chunks a client may be behind before senders wait, and for how long.
const BEHIND: usize = CHUNKS / 2;
const PATIENCE: Duration = Duration::from_millis(100);

/// Tokens of what is no client.
const LISTENER: u64 = 0;
const INPUT: u64 = 1;

type Chunk = Rc<RefCell<Vec<u8>>>;

struct Log {
    chunks: VecDeque<Chunk>,
    /// The number of the first chunk.
    first: usize,
}

impl Log {
    /// A chunk's number and an offset in it: where the next message will be.
    fn head(&self) -> (usize, usize) {
        (self.first + self.chunks.len() - 1, self.chunks.back().unwrap().borrow().len())
    }

    /// Appends whole messages, at most a chunk.
    fn append(&mut self, run: &[u8]) {
        if self.head().1 + run.len() > CHUNK {
            self.chunks.push_back(Chunk::default());
            if self.chunks.len() > CHUNKS {
                self.chunks.pop_front();
                self.first += 1;
            }
        }
        self.chunks.back().unwrap().borrow_mut().extend_from_slice(run);
    }
}

struct Client {
    socket: TcpStream,
    /// The message that has not come as a whole.
    begun: Vec<u8>,
    /// What it is sent next: a chunk, which it keeps, and an offset in it.
    chunk: Chunk,
    at: (usize, usize),
    /// Since when its socket takes nothing.
    blocked: Option<Instant>,
    /// Where it ended its side.
    end: Option<(usize, usize)>,
}

impl Client {
    fn new(socket: TcpStream, log: &Log) -> Client {
        let chunk = log.chunks.back().unwrap().clone();
        Client { socket, begun: Vec::new(), chunk, at: log.head(), blocked: None, end: None }
    }

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
        let mut whole = 0;
        while whole < filled && whole + 1 + usize::from(buffer[whole]) <= filled {
            whole += 1 + usize::from(buffer[whole]);
        }
        log.append(&buffer[..whole]);
        self.begun = buffer[whole..filled].to_vec();
        Ok(true)
    }

    /// Sends what it has not got; whether there will be more.
    fn send(&mut self, log: &Log) -> io::Result<bool> {
        while self.blocked.is_none() {
            if self.end.is_some_and(|end| self.at >= end) {
                return self.socket.shutdown(Shutdown::Write).map(|()| false);
            }
            let chunk = self.chunk.clone();
            let bytes = chunk.borrow();
            if self.at.1 < bytes.len() {
                match self.socket.write(&bytes[self.at.1..]) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        self.blocked = Some(Instant::now());
                    }
                    result => self.at.1 += result?,
                }
            } else if self.at.0 < log.head().0 {
                self.at = (log.first.max(self.at.0 + 1), 0); // further, if it was lapped
                self.chunk = log.chunks[self.at.0 - log.first].clone();
            } else {
                break;
            }
        }
        Ok(true)
    }
}

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).expect("usage: epoll ADDRESS");
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    // Input is polled apart, so that one call stops or resumes all senders.
    let all = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let input = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let token = epoll::EventData::new_u64;
    let (readable, writable) = (EventFlags::IN, EventFlags::OUT | EventFlags::ET);
    epoll::add(&all, &listener, token(LISTENER), readable)?;
    epoll::add(&all, &input, token(INPUT), readable)?;
    println!("listening on {}", listener.local_addr()?);

    let mut log = Log { chunks: VecDeque::from([Chunk::default()]), first: 0 };
    let (mut clients, mut tokens) = (HashMap::<u64, Client>::new(), INPUT + 1..);
    let (mut buffer, mut held) = (vec![0; CHUNK], false);
    loop {
        let is_awaited = |client: &Client| {
            log.head().0 - client.at.0 > BEHIND
                && client.blocked.is_none_or(|since| since.elapsed() < PATIENCE)
        };
        if held != clients.values().any(is_awaited) {
            held = !held;
            let events = if held { EventFlags::empty() } else { readable };
            epoll::modify(&all, &input, token(INPUT), events)?;
        }
        for number in wait(&all, held.then_some(1_000_000))? {
            if number == LISTENER {
                let accepted = listener.accept().and_then(|(socket, _)| {
                    socket.set_nonblocking(true)?;
                    socket.set_nodelay(true)?;
                    let number = tokens.next().unwrap();
                    epoll::add(&input, &socket, token(number), readable)?;
                    epoll::add(&all, &socket, token(number), writable)?;
                    clients.insert(number, Client::new(socket, &log));
                    Ok(())
                });
                if accepted.is_err() {
                    std::thread::sleep(Duration::from_millis(10)); // no descriptor is free
                }
            } else if number == INPUT {
                for number in wait(&input, Some(0))? {
                    let client = clients.get_mut(&number).unwrap();
                    if !client.receive(&mut buffer, &mut log).unwrap_or(false) {
                        client.end = Some(log.head());
                        epoll::delete(&input, &client.socket)?;
                    }
                }
            } else if let Some(client) = clients.get_mut(&number) {
                client.blocked = None;
            }
        }
        clients.retain(|_, client| client.send(&log).unwrap_or(false));
    }
}

/// The tokens of what is ready within a time, in nanoseconds.
fn wait(epoll: &OwnedFd, timeout: Option<i64>) -> io::Result<Vec<u64>> {
    let mut events: Vec<Event> = Vec::with_capacity(256);
    let timeout = timeout.map(|tv_nsec| Timespec { tv_sec: 0, tv_nsec });
    retry_on_intr(|| epoll::wait(epoll, spare_capacity(&mut events), timeout.as_ref()))?;
    Ok(events.iter().map(|event| event.data.u64()).collect())
}
