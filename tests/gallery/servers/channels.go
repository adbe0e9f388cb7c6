// Style: a channel of messages between the two goroutines of each client.
// Wakes: the goroutine that broadcasts sends on each channel, which wakes its writer.
// Slow client: its messages wait in its channel, the newest 1,024 of them.
// Gives up: two stacks and two buffers for each client; broadcasts take turns.
// Build: go build channels.go
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"sync"
	"time"
)

// Messages that may wait for a client.
const capacity = 1024

// Bytes of a client's buffers.
const buffered = 16 * 1024

// The clients, each by what waits for it. One broadcast at a time: one order.
var (
	mutex   sync.Mutex
	clients = map[chan []byte]struct{}{}
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: channels ADDRESS")
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	for {
		conn, err := listener.Accept()
		if err != nil { // no descriptor is free
			time.Sleep(10 * time.Millisecond)
			continue
		}
		waiting := make(chan []byte, capacity)
		mutex.Lock()
		clients[waiting] = struct{}{}
		mutex.Unlock()
		go read(conn, waiting)
		go write(conn, waiting)
	}
}

func read(conn net.Conn, waiting chan []byte) {
	reader := bufio.NewReaderSize(conn, buffered)
	for {
		length, err := reader.ReadByte()
		if err != nil {
			break
		}
		message := make([]byte, 1+int(length))
		message[0] = length
		if _, err := io.ReadFull(reader, message[1:]); err != nil {
			break
		}
		broadcast(message)
	}
	mutex.Lock()
	delete(clients, waiting)
	mutex.Unlock()
	close(waiting)
}

func broadcast(message []byte) {
	mutex.Lock()
	defer mutex.Unlock()
	for waiting := range clients {
		for sent := false; !sent; {
			select {
			case waiting <- message:
				sent = true
			default: // full: the oldest makes room, if the writer does not
				select {
				case <-waiting:
				default:
				}
			}
		}
	}
}

func write(conn net.Conn, waiting chan []byte) {
	defer conn.Close()
	writer := bufio.NewWriterSize(conn, buffered)
	for message := range waiting {
		writer.Write(message) // an error stays, and Flush returns it
		if len(waiting) == 0 && writer.Flush() != nil {
			break
		}
	}
	writer.Flush()
}
