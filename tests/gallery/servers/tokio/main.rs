// Style: tokio's broadcast channel, which keeps each message once, and two tasks a client.
// Wakes: the task that sends on the channel wakes the tasks of all idle clients.
// Slow client: nothing waits but its position; when lapped, it loses the oldest.
// Gives up: a lock and a reference count for each message and client.
// Build: cargo build --release
use bytes::{Bytes, BytesMut};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio::sync::oneshot;

/// Messages that the channel keeps: a power of two, or tokio makes it one.
const CAPACITY: usize = 16 * 1024;

/// Bytes of a read, and of a write.
const BUFFER: usize = 16 * 1024;

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = std::env::args()
        .nth(1)
        .expect("usage: tokio-broadcast ADDRESS");
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let (messages, _) = broadcast::channel(CAPACITY);
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                let receiver = messages.subscribe();
                tokio::spawn(serve(socket, messages.clone(), receiver));
            }
            // No descriptor is free.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve(socket: TcpStream, messages: Sender<Bytes>, receiver: Receiver<Bytes>) {
    let _ = socket.set_nodelay(true);
    let (reading, writing) = socket.into_split();
    let (ending, ended) = oneshot::channel();
    let mut writer = tokio::spawn(write(writing, receiver, ended));
    tokio::select! {
        _ = read(reading, messages) => { // a failure is an end, too
            let _ = ending.send(());
            let _ = writer.await;
        }
        _ = &mut writer => {} // the client is gone
    }
}

async fn read(mut socket: OwnedReadHalf, messages: Sender<Bytes>) -> io::Result<()> {
    let mut buffer = BytesMut::with_capacity(BUFFER);
    while socket.read_buf(&mut buffer).await? > 0 {
        while let Some(&length) = buffer.first() {
            let end = 1 + usize::from(length);
            if buffer.len() < end {
                break;
            }
            // Not a slice of the buffer, which would live as long as the message.
            let message = Bytes::copy_from_slice(&buffer.split_to(end));
            let _ = messages.send(message); // without receivers, nobody misses it
        }
        buffer.reserve(BUFFER);
    }
    Ok(())
}

/// Writes what comes until `ended`, and then what there is; all that waits goes out at once.
async fn write(
    mut socket: OwnedWriteHalf,
    mut messages: Receiver<Bytes>,
    mut ended: oneshot::Receiver<()>,
) -> io::Result<()> {
    let mut batch = BytesMut::with_capacity(BUFFER);
    let mut is_ended = false;
    while !is_ended {
        tokio::select! {
            first = messages.recv() => match first {
                Ok(message) => batch.extend_from_slice(&message),
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => is_ended = true,
            },
            _ = &mut ended => is_ended = true,
        }
        loop {
            match messages.try_recv() {
                Ok(message) => batch.extend_from_slice(&message),
                Err(TryRecvError::Lagged(_)) => continue,
                Err(_) if batch.is_empty() => break,
                Err(_) => {
                    socket.write_all_buf(&mut batch).await?;
                    continue;
                }
            }
            if batch.len() > BUFFER - 256 {
                socket.write_all_buf(&mut batch).await?;
            }
        }
    }
    socket.shutdown().await
}
