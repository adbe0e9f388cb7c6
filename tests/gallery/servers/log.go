// Style: one log behind a mutex, and a position in it for each client's writer.
// Wakes: who appends broadcasts on a condition variable, which wakes all idle writers.
// Slow client: nothing waits but its position; when it falls out, it loses the oldest.
// Gives up: every append wakes every idle client, even for a single message.
// Build: go build log.go
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"sync"
	"time"
)

const (
	capacity = 16 << 20  // bytes that the log keeps
	batch    = 256 << 10 // bytes of a write, from which on no run is added
	buffered = 16 << 10  // bytes of a read
)

// Log is the newest runs of whole messages. Positions count runs from the beginning.
type Log struct {
	mutex    sync.RWMutex
	appended *sync.Cond // readers wait with the lock for reading
	runs     [][]byte
	first    int // the position of runs[0]
	bytes    int
}

func newLog() *Log {
	l := &Log{}
	l.appended = sync.NewCond(l.mutex.RLocker())
	return l
}

func (l *Log) append(run []byte) {
	l.mutex.Lock()
	l.runs = append(l.runs, run)
	l.bytes += len(run)
	for l.bytes > capacity {
		l.bytes -= len(l.runs[0])
		l.runs[0] = nil
		l.runs = l.runs[1:]
		l.first++
	}
	l.mutex.Unlock()
	l.appended.Broadcast()
}

// end is the position of the next run.
func (l *Log) end() int {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	return l.first + len(l.runs)
}

// read waits for runs at a position or after it, up to an end that may yet be set. It
// returns none at the end.
func (l *Log) read(at int, end *int) (runs net.Buffers, next int) {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	for at == l.first+len(l.runs) && at < *end {
		l.appended.Wait()
	}
	next = max(at, l.first) // what it missed is lost
	last := min(l.first+len(l.runs), *end)
	for bytes := 0; next < last && bytes < batch; next++ {
		runs = append(runs, l.runs[next-l.first])
		bytes += len(runs[len(runs)-1])
	}
	return runs, next
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: log ADDRESS")
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	messages := newLog()
	for {
		conn, err := listener.Accept()
		if err != nil { // no descriptor is free
			time.Sleep(10 * time.Millisecond)
			continue
		}
		go serve(conn, messages)
	}
}

func serve(conn net.Conn, messages *Log) {
	defer conn.Close()
	at, end := messages.end(), int(^uint(0)>>1)
	go func() {
		receive(conn, messages)
		messages.mutex.Lock()
		end = messages.first + len(messages.runs)
		messages.mutex.Unlock()
		messages.appended.Broadcast()
	}()
	for {
		var runs net.Buffers
		runs, at = messages.read(at, &end)
		if len(runs) == 0 {
			return
		}
		if _, err := runs.WriteTo(conn); err != nil {
			return
		}
	}
}

// receive appends what a client sends, until it ends its side.
func receive(conn net.Conn, messages *Log) {
	buffer := make([]byte, buffered)
	begun := 0 // bytes of a message that is not whole yet
	for {
		n, err := conn.Read(buffer[begun:])
		if err != nil {
			return
		}
		filled, whole := begun+n, 0
		for whole < filled && whole+1+int(buffer[whole]) <= filled {
			whole += 1 + int(buffer[whole])
		}
		if whole > 0 {
			messages.append(append([]byte(nil), buffer[:whole]...))
		}
		begun = copy(buffer, buffer[whole:filled])
	}
}
