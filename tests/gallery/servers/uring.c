// Style: one thread and io_uring: one call submits what is sent to and received from all
// clients, out of one log of chunks, which a client keeps while it is sent.
// Wakes: completions; nothing else waits.
// Slow client: its position waits, and its chunk; when lapped, it loses the oldest ones.
// Senders wait for clients that are behind, but for none that took nothing for 100 ms.
// Gives up: all cores but one, and every system but Linux from 6.1.
#include <errno.h>
#include <liburing.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  CHUNK = 64 * 1024,   // bytes of a chunk, which holds whole messages
  CHUNKS = 256,        // that the log keeps
  BEHIND = CHUNKS / 2, // chunks that a client may be behind before senders wait
  PATIENCE = 100,      // milliseconds that they wait for a client that takes nothing
  BUFFER = 16 * 1024,  // bytes of a receive
  BUFFERS = 256,       // for all clients together
  MESSAGE = 256,       // bytes of a message, at most
};

enum { ACCEPT, RECEIVE, SEND, KIND = 7 }; // the low bits of user data

typedef struct Chunk {
  struct Chunk *next;   // valid while this one is in the log
  unsigned long number;
  unsigned used, users; // bytes, and who keeps it: the log, clients
  unsigned char bytes[CHUNK];
} Chunk;

typedef struct Client {
  struct Client *next;
  int socket, pending; // operations that have not completed
  bool receiving, gone;
  long sending;        // since when, or 0
  Chunk *chunk;        // what it is sent next, from `offset` on
  unsigned offset;
  unsigned long end;   // the position where it ended its side, or 0
  unsigned begun;      // bytes of a message of which a part was received
  unsigned char in[MESSAGE];
} Client;

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static unsigned char buffers[BUFFERS][BUFFER];
static Chunk *oldest, *newest;
static Client *clients;

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// A position in the log as one number, which is never 0.
static unsigned long position(Chunk *chunk, unsigned offset) {
  return chunk->number * 2 * CHUNK + offset;
}

static void release(Chunk *chunk) {
  if (--chunk->users == 0) free(chunk);
}

static void append(const unsigned char *run, unsigned length) {
  if (!newest || newest->used + length > CHUNK) {
    Chunk *chunk = malloc(sizeof *chunk), *dropped = oldest;
    chunk->number = newest ? newest->number + 1 : 1;
    chunk->used = 0, chunk->users = 1;
    if (newest) newest->next = chunk;
    else oldest = chunk;
    newest = chunk;
    if (newest->number - oldest->number == CHUNKS) oldest = oldest->next, release(dropped);
  }
  memcpy(newest->bytes + newest->used, run, length);
  newest->used += length;
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

// Appends the whole messages of what was received, and keeps the rest.
static void take(Client *client, const unsigned char *data, unsigned length) {
  while (client->begun && length) {
    unsigned size = 1 + client->in[0], missing = size - client->begun;
    unsigned part = missing < length ? missing : length;
    memcpy(client->in + client->begun, data, part);
    client->begun += part, data += part, length -= part;
    if (client->begun == size) append(client->in, size), client->begun = 0;
  }
  unsigned end = 0;
  while (end < length && end + 1 + data[end] <= length) end += 1 + data[end];
  append(data, end);
  if (end < length) memcpy(client->in, data + end, client->begun = length - end);
}

static void received(Client *client, struct io_uring_cqe *cqe) {
  client->receiving = false;
  if (cqe->flags & IORING_CQE_F_BUFFER) {
    int n = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
    if (cqe->res > 0) take(client, buffers[n], cqe->res);
    io_uring_buf_ring_add(provided, buffers[n], BUFFER, n, BUFFERS - 1, 0);
    io_uring_buf_ring_advance(provided, 1);
  }
  if (cqe->res <= 0 && cqe->res != -ENOBUFS) client->end = position(newest, newest->used);
}

static void completed(struct io_uring_cqe *cqe) {
  Client *client = (Client *)(unsigned long)(cqe->user_data & ~(unsigned long)KIND);
  int kind = cqe->user_data & KIND, on = 1;
  if (client) client->pending--;
  if (kind == RECEIVE) received(client, cqe);
  else if (kind == SEND && cqe->res >= 0) client->offset += cqe->res, client->sending = 0;
  else if (kind == SEND) client->gone = true;
  else if (cqe->res < 0) usleep(10000); // no descriptor is free
  else {
    client = calloc(1, sizeof *client);
    setsockopt(cqe->res, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client->socket = cqe->res;
    client->chunk = newest, client->offset = newest->used, newest->users++;
    client->next = clients, clients = client;
  }
}

static void send_next(Client *client) {
  if (client->sending || client->gone) return;
  if (client->offset == client->chunk->used && client->chunk != newest) {
    Chunk *next = client->chunk->number < oldest->number ? oldest : client->chunk->next;
    release(client->chunk);
    client->chunk = next, client->offset = 0, next->users++;
  }
  unsigned length = client->chunk->used - client->offset;
  client->gone = client->end && position(client->chunk, client->offset) >= client->end;
  if (!length || client->gone) return;
  client->sending = now();
  const unsigned char *bytes = client->chunk->bytes + client->offset;
  io_uring_prep_send(prepare(client, SEND), client->socket, bytes, length, MSG_NOSIGNAL);
}

// Prepares what every client does next; whether senders wait.
static bool prepare_all(void) {
  bool wait = false;
  for (Client *client = clients; client; client = client->next)
    wait |= newest->number - client->chunk->number > BEHIND && !client->gone &&
            !(client->sending && now() - client->sending >= PATIENCE);
  for (Client **at = &clients, *client; (client = *at);) {
    send_next(client);
    if (!client->receiving && !client->end && !client->gone && !wait) {
      client->receiving = true;
      struct io_uring_sqe *sqe = prepare(client, RECEIVE);
      io_uring_prep_recv(sqe, client->socket, NULL, BUFFER, 0);
      sqe->flags |= IOSQE_BUFFER_SELECT;
    }
    if (client->gone) shutdown(client->socket, SHUT_RDWR); // ends what is pending
    if (client->gone && client->pending == 0) {
      *at = client->next;
      release(client->chunk), close(client->socket), free(client);
    } else at = &client->next;
  }
  return wait;
}

// Listens at `IP:PORT` or `[IP]:PORT`, and says so.
static int start(char *address) {
  char *colon = strrchr(address, ':'), host[64] = "", port[8];
  sscanf(address, *address == '[' ? "[%63[^]]" : "%63[^:]", host);
  struct addrinfo *at, hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
  struct sockaddr_storage bound;
  socklen_t size = sizeof bound;
  if (!colon || getaddrinfo(host, colon + 1, &hints, &at)) exit(2);
  int listener = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, at->ai_addr, at->ai_addrlen) || listen(listener, 4096))
    perror("Cannot listen"), exit(1);
  getsockname(listener, (void *)&bound, &size);
  getnameinfo((void *)&bound, size, NULL, 0, port, sizeof port, NI_NUMERICSERV);
  printf("listening on %.*s:%s\n", (int)(colon - address), address, port);
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
  for (int n = 0; n < BUFFERS; n++)
    io_uring_buf_ring_add(provided, buffers[n], BUFFER, n, BUFFERS - 1, n);
  io_uring_buf_ring_advance(provided, BUFFERS);
  append(NULL, 0); // the first chunk
  int listener = start(arguments[1]);
  for (bool accepting = false;;) {
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
