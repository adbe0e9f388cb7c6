// Style: two threads for each client, and a bounded channel between them; no crates.
// Wakes: the thread that broadcasts sends on each channel, which wakes its writer.
// Slow client: 1,024 messages wait in its channel; a full one misses the newest.
// Gives up: two threads for each client, and a wake-up of one for each of its messages.
// Build: rustc -O --edition 2021 threads.rs
use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Messages that may wait for a client.
const CAPACITY: usize = 1024;

/// Bytes of a read, and of a write.
const BUFFER: usize = 16 * 1024;

/// Bytes of a thread's stack.
const STACK: usize = 64 * 1024;

type Message = Arc<[u8]>;

/// What leads to each client. One broadcast at a time: one order.
type Clients = Mutex<HashMap<usize, SyncSender<Message>>>;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).expect("usage: threads ADDRESS");
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    let clients: Arc<Clients> = Arc::default();
    for id in 0.. {
        let served = listener
            .accept()
            .and_then(|(socket, _)| serve(socket, id, &clients));
        if served.is_err() {
            thread::sleep(Duration::from_millis(10)); // no descriptor or thread is free
        }
    }
    Ok(())
}

fn serve(socket: TcpStream, id: usize, clients: &Arc<Clients>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let (sender, receiver) = sync_channel(CAPACITY);
    let reading = socket.try_clone()?;
    let clients = clients.clone();
    let builder = || thread::Builder::new().stack_size(STACK);
    builder().spawn(move || {
        if write(&socket, receiver).is_err() {
            let _ = socket.shutdown(Shutdown::Both); // so that reading ends as well
        }
    })?;
    clients.lock().unwrap().insert(id, sender);
    let all = clients.clone();
    builder()
        .spawn(move || {
            let _ = read(reading, &all); // a failure is an end, too
            all.lock().unwrap().remove(&id);
        })
        .inspect_err(|_| {
            clients.lock().unwrap().remove(&id);
        })?;
    Ok(())
}

fn read(socket: TcpStream, clients: &Clients) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(BUFFER, socket);
    let mut frame = [0; 256];
    loop {
        reader.read_exact(&mut frame[..1])?;
        let end = 1 + usize::from(frame[0]);
        reader.read_exact(&mut frame[1..end])?;
        let message = Message::from(&frame[..end]);
        for client in clients.lock().unwrap().values() {
            let _ = client.try_send(message.clone()); // full, or gone in a moment
        }
    }
}

/// Writes what comes until the channel ends; all that waits goes out at once.
fn write(mut socket: &TcpStream, messages: Receiver<Message>) -> io::Result<()> {
    let mut batch = Vec::with_capacity(BUFFER);
    while let Ok(first) = messages.recv() {
        batch.clear();
        batch.extend_from_slice(&first);
        while batch.len() <= BUFFER - 256 {
            match messages.try_recv() {
                Ok(next) => batch.extend_from_slice(&next),
                Err(_) => break,
            }
        }
        socket.write_all(&batch)?;
    }
    socket.shutdown(Shutdown::Write)
}
