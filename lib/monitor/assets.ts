/**
 * The files of the monitor page, by path relative to the page; `""` is the page itself.
 * Made of `lib/monitor/page` by `deno task page`.
 *
 * @module
 */

/** The files of the monitor page: media types and texts. */
export const monitorAssets: Record<string, { type: string; body: string }> = {
  "": {
    type: "text/html; charset=utf-8",
    body: `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Zillions monitor</title>
    <link rel="icon" href="icon.svg">
    <link rel="stylesheet" href="monitor.css">
    <script type="module" src="monitor.js"></script>
  </head>
  <body>
    <header>
      <h1>Zillions <span>monitor</span></h1>
      <p id="state" role="status"></p>
    </header>
    <main>
      <noscript>
        <p>This page needs JavaScript. The metrics are in <a href="metrics">text</a>.</p>
      </noscript>
      <section aria-label="Metrics of the last ten minutes">
        <div id="metrics"></div>
      </section>
      <section id="room" hidden>
        <h2>Engine</h2>
        <dl id="engine"></dl>
      </section>
      <section>
        <h2>Clients <span id="total"></span></h2>
        <form>
          <label for="sort">Sorted by</label>
          <select id="sort">
            <option value="lag">lag</option>
            <option value="dropped">dropped</option>
            <option value="messagesIn">messages in</option>
            <option value="messagesOut">messages out</option>
            <option value="bytesIn">bytes in</option>
            <option value="bytesOut">bytes out</option>
            <option value="client">newest</option>
          </select>
          <button id="previous" type="button">Previous 50</button>
          <button id="next" type="button">Next 50</button>
        </form>
        <div class="wide" tabindex="0" role="region" aria-label="Clients">
          <table>
            <thead>
              <tr>
                <th scope="col">Client</th>
                <th scope="col">Address</th>
                <th scope="col">By</th>
                <th scope="col">Since</th>
                <th scope="col">In</th>
                <th scope="col">Out</th>
                <th scope="col">Dropped</th>
                <th scope="col">Lag</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody id="clients"></tbody>
          </table>
        </div>
      </section>
      <section>
        <h2>Ended <span>the newest 200</span></h2>
        <div class="wide short" tabindex="0" role="region" aria-label="Ended">
          <table>
            <thead>
              <tr>
                <th scope="col">Client</th>
                <th scope="col">Address</th>
                <th scope="col">By</th>
                <th scope="col">Ended</th>
                <th scope="col">After</th>
                <th scope="col">In</th>
                <th scope="col">Out</th>
                <th scope="col">Dropped</th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody id="ended"></tbody>
          </table>
        </div>
      </section>
    </main>
  </body>
</html>
`,
  },
  "monitor.css": {
    type: "text/css; charset=utf-8",
    body: `/* Colours as on the chat page: each page is served alone. */
:root {
  --page: #fbfaf7;
  --ink: #1d1e1f;
  --soft: #5c6065;
  --line: #dedcd5;
  --field: #ffffff;
  --accent: #17633c;
  --bad: #a3242c;
  background: var(--page);
  color: var(--ink);
  font: 15px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}

@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181a;
    --ink: #e7e6e2;
    --soft: #a3a8ad;
    --line: #33373a;
    --field: #202325;
    --accent: #85d3a7;
    --bad: #ff9c9c;
  }
}

* {
  box-sizing: border-box;
}

[hidden] {
  display: none !important;
}

body {
  max-width: 75rem;
  margin: 0 auto;
  padding: 0 1rem 2rem;
}

header {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: 0 1rem;
  padding: 0.75rem 0;
  border-bottom: 1px solid var(--line);
}

h1,
h2 {
  margin: 0;
  font-size: 1.125rem;
  letter-spacing: -0.01em;
}

h2 {
  margin: 1.75rem 0 0.5rem;
}

h1 span,
h2 span {
  color: var(--soft);
  font-weight: normal;
}

p,
dl,
dd {
  margin: 0;
}

#state {
  color: var(--soft);
  font-size: 0.875rem;
}

#state.bad {
  color: var(--bad);
}

#metrics {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
  gap: 1px;
  margin-top: 1rem;
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--field);
}

#metrics > div {
  padding: 0.6rem 0.8rem;
  box-shadow: 0 0 0 1px var(--line);
}

#metrics h2,
dt {
  margin: 0;
  color: var(--soft);
  font-size: 0.8125rem;
  font-weight: normal;
}

#metrics p {
  font-size: 1.5rem;
  font-variant-numeric: tabular-nums;
  line-height: 1.25;
}

#metrics small {
  display: block;
  color: var(--soft);
  font-size: 0.8125rem;
}

svg {
  display: block;
  width: 100%;
  height: 3rem;
  margin-top: 0.25rem;
  overflow: visible;
  border-bottom: 1px solid var(--line);
}

svg .area {
  fill: var(--accent);
  opacity: 0.12;
}

svg .line {
  fill: none;
  stroke: var(--accent);
  stroke-width: 1.5;
  stroke-linejoin: round;
  vector-effect: non-scaling-stroke;
}

dl {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
  gap: 0.5rem 1rem;
}

dd {
  font-variant-numeric: tabular-nums;
}

form {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.5rem;
  margin-bottom: 0.5rem;
}

select,
button {
  min-height: 2rem;
  padding: 0 0.6rem;
  border: 1px solid var(--soft);
  border-radius: 0.4rem;
  background: var(--field);
  color: var(--ink);
  font: inherit;
}

button:disabled {
  opacity: 0.45;
}

.wide {
  overflow: auto;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--field);
}

.short {
  max-height: 24rem;
}

table {
  width: 100%;
  border-collapse: collapse;
  font-size: 0.875rem;
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}

th,
td {
  padding: 0.3rem 0.7rem;
  border-bottom: 1px solid var(--line);
  text-align: left;
}

th {
  position: sticky;
  top: 0;
  background: var(--field);
  color: var(--soft);
  font-weight: normal;
}

/* In both tables: the client's number, and metrics. */
:is(th, td):first-child,
:is(th, td):nth-child(n + 5):nth-child(-n + 8) {
  text-align: right;
}

tbody tr:last-child td {
  border-bottom: 0;
}

@media (max-width: 36rem) {
  #metrics {
    grid-template-columns: 1fr 1fr;
  }

  #metrics p {
    font-size: 1.25rem;
  }

  svg {
    height: 2rem;
  }
}

:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}
`,
  },
  "monitor.js": {
    type: "text/javascript; charset=utf-8",
    body: `// lib/monitor/page/chart.ts
var SVG = "http://www.w3.org/2000/svg";
var [WIDTH, HEIGHT] = [
  600,
  48
];
var SPAN = 6e5;
var Chart = class {
  element = document.createElement("div");
  #format;
  #value = document.createElement("span");
  #most = document.createElement("small");
  #line = document.createElementNS(SVG, "path");
  #area = document.createElementNS(SVG, "path");
  constructor(name, format) {
    this.#format = format;
    const heading = document.createElement("h2");
    heading.textContent = name;
    const value = document.createElement("p");
    value.append(this.#value, " ", this.#most);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", \`0 0 \${WIDTH} \${HEIGHT}\`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    this.#line.setAttribute("class", "line");
    this.#area.setAttribute("class", "area");
    svg.append(this.#area, this.#line);
    this.element.append(heading, value, svg);
  }
  /** Draws the points of the ten minutes before the last one. */
  draw(points) {
    const last = points.at(-1);
    if (!last) return;
    const drawn = points.filter(({ time }) => time <= last.time && time > last.time - SPAN);
    const most = Math.max(...drawn.map(({ value }) => value));
    this.#value.textContent = this.#format(last.value);
    this.#most.textContent = \`at most \${this.#format(most)}\`;
    const x = ({ time }) => (WIDTH * (1 - (last.time - time) / SPAN)).toFixed(1);
    const y = ({ value }) => (HEIGHT * (1 - (most > 0 ? value / most : 0))).toFixed(1);
    const line = drawn.map((point) => \`\${x(point)} \${y(point)}\`).join("L");
    const bottom = \`L\${WIDTH} \${HEIGHT}L\${x(drawn[0])} \${HEIGHT}Z\`;
    this.#line.setAttribute("d", \`M\${line}\`);
    this.#area.setAttribute("d", \`M\${line}\${bottom}\`);
  }
};

// lib/monitor/page/format.ts
var whole = new Intl.NumberFormat("en", {
  maximumFractionDigits: 0
});
var short = new Intl.NumberFormat("en", {
  notation: "compact",
  maximumFractionDigits: 1
});
function formatCount(value) {
  return Math.abs(value) < 1e5 ? whole.format(value) : short.format(value);
}
function formatBytes(value) {
  const units = [
    "B",
    "KiB",
    "MiB",
    "GiB",
    "TiB"
  ];
  let rest = value;
  while (rest >= 1024 && units.length > 1) {
    rest /= 1024;
    units.shift();
  }
  return \`\${rest.toFixed(rest < 10 && units[0] !== "B" ? 1 : 0)} \${units[0]}\`;
}
function formatShare(value) {
  return \`\${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %\`;
}
function formatDelay(seconds) {
  return seconds < 1 ? \`\${(1e3 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms\` : \`\${seconds.toFixed(1)} s\`;
}
function formatDuration(milliseconds) {
  const seconds = Math.max(Math.floor(milliseconds / 1e3), 0);
  const parts = [
    [
      Math.floor(seconds / 86400),
      "d"
    ],
    [
      Math.floor(seconds / 3600) % 24,
      "h"
    ],
    [
      Math.floor(seconds / 60) % 60,
      "min"
    ],
    [
      seconds % 60,
      "s"
    ]
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first < 0 ? -1 : first).slice(0, 2).map(([count, unit]) => \`\${count} \${unit}\`).join(" ");
}

// lib/monitor/page/table.ts
function fillTable(body, items, cells) {
  items.forEach((item, n) => {
    const row = body.children[n] ?? body.appendChild(document.createElement("tr"));
    cells(item).forEach((text, column) => {
      const cell = row.children[column] ?? row.appendChild(document.createElement("td"));
      if (cell.textContent !== text) cell.textContent = text;
    });
  });
  while (body.children.length > items.length) body.lastElementChild.remove();
}

// lib/monitor/page/monitor.ts
var INTERVAL = 2e3;
var ROWS = 50;
var perSecond = (format) => (value) => \`\${format(value)}/s\`;
var METRICS = [
  [
    "clients",
    "Clients",
    formatCount
  ],
  [
    "messagesIn",
    "Messages in",
    perSecond(formatCount)
  ],
  [
    "messagesOut",
    "Messages out",
    perSecond(formatCount)
  ],
  [
    "bytesIn",
    "Bytes in",
    perSecond(formatBytes)
  ],
  [
    "bytesOut",
    "Bytes out",
    perSecond(formatBytes)
  ],
  [
    "dropped",
    "Dropped",
    perSecond(formatCount)
  ],
  [
    "lag",
    "Lag of the slowest, messages",
    formatCount
  ],
  [
    "residentBytes",
    "Memory",
    formatBytes
  ],
  [
    "cpu",
    "CPU, of one core",
    formatShare
  ],
  [
    "loopDelaySeconds",
    "Event-loop delay",
    formatDelay
  ]
];
var offset = 0;
var asked = 0;
var isWaiting = false;
var state = element("state");
var sort = element("sort");
var previous = element("previous");
var next = element("next");
var charts = METRICS.map(([name, text, format]) => {
  const chart = new Chart(text, format);
  element("metrics").append(chart.element);
  return {
    name,
    chart
  };
});
sort.onchange = () => turnTo(0);
previous.onclick = () => turnTo(Math.max(offset - ROWS, 0));
next.onclick = () => turnTo(offset + ROWS);
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, INTERVAL);
update();
function turnTo(to) {
  offset = to;
  update();
}
function refresh() {
  if (!document.hidden && !isWaiting) update();
}
async function update() {
  const question = ++asked;
  isWaiting = true;
  try {
    const [stats, history, clients, ended] = await Promise.all([
      ask("stats"),
      ask("history"),
      ask(\`clients?sort=\${sort.value}&limit=\${ROWS}&offset=\${offset}\`),
      ask("ended")
    ]);
    if (question !== asked) return;
    isWaiting = false;
    showState(stats);
    for (const { name, chart } of charts) {
      const points = history.samples.map((sample) => ({
        time: sample["time"],
        value: sample[name]
      }));
      chart.draw(points);
    }
    showRoom(stats.room);
    showClients(clients, stats.time);
    showEnded(ended.clients, stats.time);
  } catch {
    if (question !== asked) return;
    isWaiting = false;
    state.textContent = "The monitor does not answer. Trying again\\u2026";
    state.className = "bad";
  }
}
async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(\`\${answer.status}\`);
  return await answer.json();
}
function showState({ version, time, started, unready }) {
  const age = formatDuration(time - started);
  state.textContent = unready ? \`Not ready: \${unready}\` : \`Version \${version}, up \${age}\`;
  state.className = unready ? "bad" : "";
}
function showRoom(room) {
  element("room").hidden = !room;
  if (!room) return;
  const age = formatDuration(Number(room["engineSince"]));
  const facts = [
    [
      room["engineUp"] ? "Up for" : "Away for",
      age
    ],
    [
      "Published",
      formatCount(Number(room["published"]))
    ],
    [
      "Received",
      formatCount(Number(room["received"]))
    ],
    [
      "Batches in flight",
      formatCount(Number(room["inFlight"]))
    ],
    [
      "Gaps",
      formatCount(Number(room["gaps"]))
    ],
    [
      "Missed in gaps",
      formatCount(Number(room["lostInGaps"]))
    ],
    [
      "Not stored",
      formatCount(Number(room["lostInWindow"]))
    ],
    [
      "Dropped while away",
      formatCount(Number(room["droppedWhileHeld"]))
    ]
  ];
  element("engine").replaceChildren(...facts.map(([name, value]) => {
    const row = document.createElement("div");
    const [dt, dd] = [
      document.createElement("dt"),
      document.createElement("dd")
    ];
    dt.textContent = name;
    dd.textContent = value;
    row.append(dt, dd);
    return row;
  }));
}
function showClients({ total, clients }, now) {
  if (clients.length === 0 && offset > 0) {
    return turnTo(Math.max(Math.ceil(total / ROWS) - 1, 0) * ROWS);
  }
  const last = offset + clients.length;
  const range = \`\${formatCount(offset + 1)}\\u2013\${formatCount(last)} of \`;
  element("total").textContent = (last > 0 ? range : "") + formatCount(total);
  previous.disabled = offset === 0;
  next.disabled = last >= total;
  fillTable(element("clients"), clients, (client) => [
    ...[
      client["client"],
      client["address"],
      client["protocol"]
    ].map(String),
    formatDuration(now - Number(client["since"])),
    traffic(client, "In"),
    traffic(client, "Out"),
    formatCount(Number(client["dropped"])),
    formatCount(Number(client["lag"])),
    String(client["state"])
  ]);
}
function showEnded(clients, now) {
  fillTable(element("ended"), clients, (client) => [
    ...[
      client["client"],
      client["address"],
      client["protocol"]
    ].map(String),
    \`\${formatDuration(now - Number(client["until"]))} ago\`,
    formatDuration(Number(client["until"]) - Number(client["since"])),
    traffic(client, "In"),
    traffic(client, "Out"),
    formatCount(Number(client["dropped"])),
    String(client["reason"])
  ]);
}
function traffic(client, way) {
  const messages = formatCount(Number(client[\`messages\${way}\`]));
  return \`\${messages} \\xB7 \${formatBytes(Number(client[\`bytes\${way}\`]))}\`;
}
function element(id) {
  return document.getElementById(id);
}
`,
  },
  "icon.svg": {
    type: "image/svg+xml",
    body: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="7" fill="#17633c" />
  <path d="M9 10h14L9 22h14" fill="none" stroke="#fff" stroke-width="3.2"
    stroke-linecap="round" stroke-linejoin="round" />
</svg>
`,
  },
};
