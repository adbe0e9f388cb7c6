// Style: one thread and io_uring: the kernel accepts and receives by itself into shared
// buffers, and one call submits the sends to all clients, from one log of chunks.
// Wakes: completions; nothing else waits.
// Slow client: nothing waits but its position; when lapped, it loses the oldest. Senders
// wait for clients that are behind, but for none that took nothing for 100 ms.
// Gives up: all cores but one, and every system but Linux from 6.1.
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  CHUNK = 64 * 1024,    // bytes of a chunk, which holds whole messages
  CHUNKS = 256,         // that there are
  KEPT = CHUNKS - 32,   // that are sent: the others may change before a send completes
  BEHIND = CHUNKS / 2,  // chunks that a client may be behind before senders wait
  PATIENCE = 100,       // milliseconds that they wait for a client that takes nothing
  BUFFER = 16 * 1024,   // bytes of a receive
  BUFFERS = 64,         // for all clients together
  MESSAGE = 256,        // bytes of a message, at most
};

enum { ACCEPT, RECEIVE, SEND, WRITABLE, KIND = 7 }; // the low bits of user data

typedef struct Client {
  struct Client *next;
  int socket;
  int pending;                    // operations that have not completed
  bool receiving, sending, gone;
  bool ended;                     // it ended its side, at `end`
  unsigned long chunk, end_chunk; // what it is sent next: a chunk and an offset
  unsigned offset, end_offset;
  long blocked;                   // since when its socket takes nothing, or 0
  unsigned begun, rest;           // bytes of a message of which a part was received, sent
  unsigned char in[MESSAGE], out[MESSAGE];
} Client;

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static unsigned char buffers[BUFFERS][BUFFER];
static int withheld[BUFFERS], withheld_count; // while senders wait

static unsigned char chunks[CHUNKS][CHUNK];
static unsigned used[CHUNKS];
static unsigned long head; // the number of the newest chunk
static Client *clients;

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }

// The bytes of the whole messages among the first `end` bytes.
static unsigned whole(const unsigned char *bytes, unsigned end) {
  unsigned at = 0;
  while (at < end && at + 1 + bytes[at] <= end) at += 1 + bytes[at];
  return at;
}

static void append(const unsigned char *run, unsigned length) {
  if (used[head % CHUNKS] + length > CHUNK) used[++head % CHUNKS] = 0;
  memcpy(chunks[head % CHUNKS] + used[head % CHUNKS], run, length);
  used[head % CHUNKS] += length;
}

static struct io_uring_sqe *prepare(Client *client, int kind) {
  struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
  if (!sqe) { // the queue is full
    io_uring_submit(&ring);
    sqe = io_uring_get_sqe(&ring);
  }
  if (client) client->pending++;
  sqe->user_data = (unsigned long)client | kind; // survives what prepares the rest
  return sqe;
}

static void take(Client *client, const unsigned char *data, unsigned length) {
  while (client->begun && length) {
    unsigned size = 1 + client->in[0];
    unsigned part = min(size - client->begun, length);
    memcpy(client->in + client->begun, data, part);
    client->begun += part, data += part, length -= part;
    if (client->begun == size) append(client->in, size), client->begun = 0;
  }
  unsigned end = whole(data, length);
  if (end) append(data, end);
  if (end < length) memcpy(client->in, data + end, client->begun = length - end);
}

static void received(Client *client, struct io_uring_cqe *cqe) {
  if (!(cqe->flags & IORING_CQE_F_MORE)) client->receiving = false;
  else client->pending++; // there will be more
  if (cqe->flags & IORING_CQE_F_BUFFER) {
    int buffer = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
    if (cqe->res > 0) take(client, buffers[buffer], cqe->res);
    withheld[withheld_count++] = buffer;
  }
  if (cqe->res > 0 || cqe->res == -ENOBUFS) return;
  client->ended = true;
  client->end_chunk = head, client->end_offset = used[head % CHUNKS];
}

static void sent(Client *client, int result) {
  client->sending = false;
  if (result == -EAGAIN) {
    client->blocked = now();
    io_uring_prep_poll_add(prepare(client, WRITABLE), client->socket, POLLOUT);
  } else if (result < 0) {
    client->gone = true;
  } else if (client->rest) {
    client->rest -= result;
    memmove(client->out, client->out + result, client->rest);
  } else {
    const unsigned char *bytes = chunks[client->chunk % CHUNKS] + client->offset;
    unsigned next = whole(bytes, result);
    if (next < (unsigned)result) { // the log may drop the rest of this message
      unsigned end = next + 1 + bytes[next];
      memcpy(client->out, bytes + result, client->rest = end - result);
      next = end;
    }
    client->offset += next;
  }
}

static void send_next(Client *client) {
  if (client->sending || client->blocked || client->gone) return;
  const unsigned char *bytes = client->out;
  unsigned length = client->rest;
  if (!length) {
    if (head - client->chunk >= KEPT) client->chunk = head - KEPT + 1, client->offset = 0;
    unsigned slot = client->chunk % CHUNKS;
    if (client->offset == used[slot] && client->chunk < head) {
      slot = ++client->chunk % CHUNKS, client->offset = 0;
    }
    if (client->ended && (client->chunk > client->end_chunk ||
        (client->chunk == client->end_chunk && client->offset >= client->end_offset))) {
      client->gone = true;
      return;
    }
    bytes = chunks[slot] + client->offset;
    length = used[slot] - client->offset;
  }
  if (!length) return;
  client->sending = true;
  // Sent or refused while it is submitted, so that the log can change afterwards.
  io_uring_prep_send(prepare(client, SEND), client->socket, bytes, length,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void accepted(int socket) {
  Client *client = calloc(1, sizeof *client);
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  client->socket = socket;
  client->chunk = head, client->offset = used[head % CHUNKS];
  client->next = clients, clients = client;
}

static void completed(struct io_uring_cqe *cqe) {
  Client *client = (Client *)(unsigned long)(cqe->user_data & ~(unsigned long)KIND);
  int kind = cqe->user_data & KIND;
  if (client) client->pending--;
  if (kind == ACCEPT && cqe->res >= 0) accepted(cqe->res);
  else if (kind == ACCEPT) usleep(10000); // no descriptor is free
  else if (kind == RECEIVE) received(client, cqe);
  else if (kind == SEND) sent(client, cqe->res);
  else if (kind == WRITABLE) client->blocked = 0;
}

// Prepares what every client does next; whether senders wait.
static bool prepare_all(void) {
  bool wait = false;
  for (Client *client = clients; client; client = client->next) {
    if (head - client->chunk > BEHIND && !client->gone)
      wait |= !client->blocked || now() - client->blocked < PATIENCE;
  }
  for (int n = 0; !wait && n < withheld_count; n++)
    io_uring_buf_ring_add(provided, buffers[withheld[n]], BUFFER, withheld[n], BUFFERS - 1, n);
  if (!wait) io_uring_buf_ring_advance(provided, withheld_count), withheld_count = 0;
  for (Client **at = &clients, *client; (client = *at);) {
    send_next(client);
    if (!client->receiving && !client->ended && !client->gone && !wait) {
      client->receiving = true;
      struct io_uring_sqe *sqe = prepare(client, RECEIVE);
      io_uring_prep_recv_multishot(sqe, client->socket, NULL, 0, 0);
      sqe->flags |= IOSQE_BUFFER_SELECT;
    }
    if (client->gone) shutdown(client->socket, SHUT_RDWR); // ends what is pending
    if (client->gone && client->pending == 0) {
      *at = client->next;
      close(client->socket);
      free(client);
    } else at = &client->next;
  }
  return wait;
}

// Listens at `IP:PORT` or `[IP]:PORT`, and says so.
static int start(char *address) {
  struct sockaddr_storage at = {0};
  struct sockaddr_in *v4 = (void *)&at;
  struct sockaddr_in6 *v6 = (void *)&at;
  bool is6 = address[0] == '[';
  char *colon = strrchr(address, ':'), text[INET6_ADDRSTRLEN];
  colon[is6 ? -1 : 0] = 0;
  at.ss_family = is6 ? AF_INET6 : AF_INET;
  v4->sin_port = htons(atoi(colon + 1)); // in the same place in both
  void *host = is6 ? (void *)&v6->sin6_addr : &v4->sin_addr;
  socklen_t size = is6 ? sizeof *v6 : sizeof *v4;
  int listener = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (inet_pton(at.ss_family, address + is6, host) != 1 ||
      bind(listener, (void *)&at, size) || listen(listener, 4096)) {
    perror("Cannot listen");
    exit(1);
  }
  getsockname(listener, (void *)&at, &size);
  inet_ntop(at.ss_family, host, text, sizeof text);
  printf(is6 ? "listening on [%s]:%d\n" : "listening on %s:%d\n", text, ntohs(v4->sin_port));
  fflush(stdout);
  return listener;
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "usage: uring ADDRESS\n"), 2;
  struct io_uring_params params = {
    .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
  int failed = io_uring_queue_init_params(4096, &ring, &params);
  if (failed) return fprintf(stderr, "Cannot use io_uring: %s\n", strerror(-failed)), 1;
  provided = aligned_alloc(4096, BUFFERS * sizeof(struct io_uring_buf));
  struct io_uring_buf_reg reg = {
    .ring_addr = (unsigned long)provided, .ring_entries = BUFFERS};
  io_uring_buf_ring_init(provided);
  io_uring_register_buf_ring(&ring, &reg, 0);
  for (int n = 0; n < BUFFERS; n++) withheld[withheld_count++] = n;

  int listener = start(arguments[1]);
  bool accepting = false;
  for (;;) {
    bool wait = prepare_all();
    if (!accepting) io_uring_prep_multishot_accept(prepare(NULL, ACCEPT), listener, NULL, NULL, SOCK_CLOEXEC);
    accepting = true;
    struct __kernel_timespec brief = {.tv_nsec = 1000000};
    struct io_uring_cqe *cqe;
    io_uring_submit_and_wait_timeout(&ring, &cqe, 1, wait ? &brief : NULL, NULL);
    unsigned at, seen = 0;
    io_uring_for_each_cqe(&ring, at, cqe) {
      if (cqe->user_data == ACCEPT) accepting = cqe->flags & IORING_CQE_F_MORE;
      completed(cqe);
      seen++;
    }
    io_uring_cq_advance(&ring, seen);
  }
}
