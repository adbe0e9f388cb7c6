// A server of the specification as one would write it in Go: each client has a
// goroutine that reads, one that writes through a buffer, and a channel between
// them. A client whose channel is full misses what is new.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"sync"
)

// Messages that may wait for a client.
const mostWaiting = 1024

// Bytes of a client's buffers.
const buffered = 64 * 1024

// The clients, each by what waits for it. One broadcast at a time: one order.
var (
	mutex   sync.Mutex
	clients = map[chan []byte]bool{}
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("which address?")
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	for {
		conn, err := listener.Accept()
		if err != nil {
			continue
		}
		waiting := make(chan []byte, mostWaiting)
		mutex.Lock()
		clients[waiting] = true
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
		select {
		case waiting <- message:
		default: // full
		}
	}
}

func write(conn net.Conn, waiting chan []byte) {
	defer conn.Close()
	writer := bufio.NewWriterSize(conn, buffered)
	for message := range waiting {
		writer.Write(message)
		if len(waiting) > 0 {
			continue
		}
		if writer.Flush() != nil {
			break
		}
	}
	writer.Flush()
}
