// Style: two threads for each client, virtual ones from Java 21 on, and a queue between.
// Wakes: the thread that broadcasts puts into each queue, which wakes its writer.
// Slow client: its messages wait in its queue, the newest 16,384 of them.
// Gives up: a wake-up for each client and message, and a heap for all that waits.
// Build: javac Threads.java
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;

public class Threads {
    /** Messages that may wait for a client. */
    private static final int CAPACITY = 16_384;

    /** Bytes of a client's buffers. */
    private static final int BUFFER = 16 * 1024;

    /** Put into a queue last. */
    private static final byte[] END = {};

    private static final ThreadFactory THREADS = threads();

    /** What waits for each client. One broadcast at a time: one order. */
    private static final Set<LinkedBlockingQueue<byte[]>> queues = new HashSet<>();
    private static final ReentrantLock lock = new ReentrantLock();

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String address = arguments[0];
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        int port = Integer.parseInt(address.substring(colon + 1));
        ServerSocket listener = new ServerSocket(port, 4096, InetAddress.getByName(host));
        System.out.println("listening on " + host + ":" + listener.getLocalPort());
        while (true) {
            try {
                serve(listener.accept());
            } catch (IOException error) { // no descriptor is free
                Thread.sleep(10);
            }
        }
    }

    private static void serve(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        LinkedBlockingQueue<byte[]> queue = new LinkedBlockingQueue<>(CAPACITY);
        change(() -> queues.add(queue));
        THREADS.newThread(() -> {
            try {
                read(socket);
            } catch (IOException error) {
                // The end of the stream, or of the connection.
            }
            change(() -> queues.remove(queue));
            put(queue, END);
        }).start();
        THREADS.newThread(() -> {
            try (socket) {
                write(socket, queue);
            } catch (IOException | InterruptedException error) {
                // The client is gone; closing the socket ends its reader.
            }
        }).start();
    }

    private static void read(Socket socket) throws IOException {
        var input = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
        while (true) {
            int length = input.readUnsignedByte();
            byte[] message = new byte[1 + length];
            message[0] = (byte) length;
            input.readFully(message, 1, length);
            change(() -> queues.forEach(queue -> put(queue, message)));
        }
    }

    /** Writes what comes until the end; all that waits goes out at once. */
    private static void write(Socket socket, LinkedBlockingQueue<byte[]> queue)
            throws IOException, InterruptedException {
        var output = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
        var batch = new ArrayList<byte[]>();
        do {
            batch.clear();
            batch.add(queue.take());
            queue.drainTo(batch);
            for (byte[] message : batch) output.write(message); // the last one is empty
            output.flush();
        } while (batch.get(batch.size() - 1) != END);
    }

    /** Adds to a queue; the oldest makes room. */
    private static void put(LinkedBlockingQueue<byte[]> queue, byte[] message) {
        while (!queue.offer(message)) queue.poll();
    }

    private static void change(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /** As `Thread.ofVirtual().factory()`, in a program that older compilers take too. */
    private static ThreadFactory threads() {
        if (Runtime.version().feature() < 21) return Thread::new;
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            return (ThreadFactory) type.getMethod("factory").invoke(builder);
        } catch (ReflectiveOperationException error) {
            throw new AssertionError(error);
        }
    }
}
