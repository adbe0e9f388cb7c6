/**
 * What the stress tester says of itself. The entry point prints it.
 *
 * @module
 */

/** What the command prints when asked for help. */
export const HELP = `\
Starts servers of the Zillions specification, plays clients against them, and
judges what they deliver.

  stresstest [OPTIONS] EXECUTABLE...

EXECUTABLE is started with the address as its last argument. It may be a command
('deno run --allow-net main.ts') or, of a server that runs already, the address.
Several are run in turn, A B A B, and compared to the first.

  -a, --server ADDRESS     what servers are told to listen on (127.0.0.1:8080);
                           port 0: one of the server's choice
  -r, --repetitions N      how often all of it is repeated (100; under load 3)
      --ready-timeout S    seconds in which a server must get ready (10)
      --timeout S          seconds without a delivery after which it hangs (5)
      --max-lost PERCENT   fail if more deliveries are lost (100)
      --json FILE          write what was found
      --report FILE        write it as a page to look at (.html)
  -h, --help  -V, --version

Reference mode, the default: publishers wait for their subscribers
  -p, --publishers N       clients that send (2)
  -s, --subscribers N      clients that receive, for each publisher (3)
  -m, --messages N         messages each publisher sends (1000)

Load mode: messages are due at a rate, whatever the server does
      --rate N             messages a second, over all senders
      --duration S         for so many seconds (5; 2 at each rate of a sweep)
      --count N            or so many messages
  -p, --publishers N       clients that send (2; 0 with --talkers)
  -s, --subscribers N      clients that receive, in all (50; 0 with --talkers)
      --talkers N          clients that do both (0)
      --timed N            receivers that are timed (50); with more, the tester
                           may be too busy to read from them in time
      --body N[-M]         bytes of a body, or from one to another (64)
      --stuck N            clients that never read (0)
      --churn N            clients that come and go (0)
      --sweep              rates from --rate (1000) up, until the server no
                           longer follows; names the knee
`;
