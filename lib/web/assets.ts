/**
 * The files of the chat page, by path relative to the page; `""` is the page itself.
 * Made of `lib/web/page` by `deno task page`.
 *
 * @module
 */

/** The files of the chat page: media types and texts. */
export const chatAssets: Record<string, { type: string; body: string }> = {
  "": {
    type: "text/html; charset=utf-8",
    body: `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport"
      content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
    <meta name="color-scheme" content="light dark">
    <title>Zillions</title>
    <link rel="icon" href="icon.svg">
    <link rel="stylesheet" href="chat.css">
    <script type="module" src="chat.js"></script>
  </head>
  <body>
    <header>
      <h1>Zillions</h1>
      <p id="state" role="status"></p>
      <p id="countdown"></p>
      <button id="retry" type="button" hidden>Connect now</button>
    </header>
    <main>
      <div id="messages" role="log" tabindex="0" aria-label="Messages"></div>
      <p id="empty">
        Everybody who is connected reads what you write here, and you read what
        they write from now on.
      </p>
      <button id="below" type="button" hidden></button>
      <noscript><p>This page needs JavaScript.</p></noscript>
    </main>
    <form id="composer" aria-label="Write a message" autocomplete="off">
      <label for="name">Name</label>
      <input id="name" maxlength="24" autocomplete="nickname"
        spellcheck="false">
      <label for="message">Message</label>
      <p id="left"></p>
      <input id="message" enterkeyhint="send" autofocus aria-describedby="left">
      <button type="submit">Send</button>
    </form>
    <footer>
      <p id="hint" role="status"></p>
      <p id="counts"></p>
    </footer>
  </body>
</html>
`,
  },
  "chat.css": {
    type: "text/css; charset=utf-8",
    body: `:root {
  --page: #fbfaf7;
  --ink: #1d1e1f;
  --soft: #5c6065;
  --line: #dedcd5;
  --field: #ffffff;
  --own: #e9f1ec;
  --accent: #17633c;
  --bad: #a3242c;
  --name0: #17633c;
  --name1: #1c5793;
  --name2: #87401a;
  --name3: #75308a;
  --name4: #8d2a57;
  --name5: #59590f;
  background: var(--page);
  color: var(--ink);
  font: 16px/1.375 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}

@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181a;
    --ink: #e7e6e2;
    --soft: #a3a8ad;
    --line: #33373a;
    --field: #202325;
    --own: #1d2d25;
    --accent: #85d3a7;
    --bad: #ff9c9c;
    --name0: #85d3a7;
    --name1: #8fc1f5;
    --name2: #f0b48c;
    --name3: #d5aaf0;
    --name4: #f5a6c6;
    --name5: #d3cf7c;
  }
}

* {
  box-sizing: border-box;
}

[hidden] {
  display: none !important;
}

html,
body {
  height: 100%;
  margin: 0;
}

body {
  display: flex;
  flex-direction: column;
  max-width: 50rem;
  height: 100dvh;
  margin: 0 auto;
}

p {
  margin: 0;
}

header {
  display: flex;
  align-items: center;
  gap: 0.75rem;
  min-height: 3.25rem;
  padding: 0.5rem 1rem;
  border-bottom: 1px solid var(--line);
}

h1 {
  margin: 0 auto 0 0;
  font-size: 1.125rem;
  letter-spacing: -0.01em;
}

#state,
#countdown {
  color: var(--soft);
  font-size: 0.875rem;
}

#countdown:empty {
  display: none;
}

header > * {
  white-space: nowrap;
}

#state::before {
  display: inline-block;
  width: 0.6em;
  height: 0.6em;
  margin-right: 0.5em;
  border: 2px solid currentColor;
  border-radius: 50%;
  content: "";
}

#state.connected::before {
  border-color: var(--accent);
  background: var(--accent);
}

#state.waiting,
#state.removed {
  color: var(--bad);
}

main {
  position: relative;
  flex: 1;
  min-height: 0;
}

#messages {
  position: relative;
  height: 100%;
  padding-block: 0.4rem;
  overflow-y: scroll;
  overflow-anchor: none;
  overscroll-behavior: contain;
  scrollbar-color: var(--line) transparent;
  contain: strict;
}

/* The newest message is at the bottom, also when there are few. */
#messages > div {
  display: flex;
  flex-direction: column;
  justify-content: flex-end;
  min-height: 100%;
}

#messages > div > div {
  display: grid;
  grid-template-columns: 3rem 1fr;
  flex: none;
  padding: 2px 1rem;
}

#messages time {
  color: var(--soft);
  font-size: 0.8125rem;
  font-variant-numeric: tabular-nums;
  line-height: 1.375rem;
}

#messages p {
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}

/* What one says from right to left leaves names and times in their places. */
#messages b,
#messages span {
  unicode-bidi: isolate;
}

#messages .own {
  position: relative;
  background: var(--own);
}

#messages .own::before {
  position: absolute;
  inset: 0 auto 0 0;
  border-left: 3px solid var(--accent);
  content: "";
}

/* For those who hear the page. */
#messages i {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}

#messages .notice span,
#messages .binary span {
  color: var(--soft);
  font-style: italic;
}

.name0 {
  color: var(--name0);
}

.name1 {
  color: var(--name1);
}

.name2 {
  color: var(--name2);
}

.name3 {
  color: var(--name3);
}

.name4 {
  color: var(--name4);
}

.name5 {
  color: var(--name5);
}

#empty {
  position: absolute;
  inset: 0;
  display: grid;
  place-content: center;
  padding: 2rem;
  color: var(--soft);
  text-align: center;
  text-wrap: balance;
  pointer-events: none;
}

#below {
  position: absolute;
  bottom: 0.75rem;
  left: 50%;
  transform: translateX(-50%);
  box-shadow: 0 2px 8px rgb(0 0 0 / 25%);
}

form {
  display: grid;
  grid-template: "namelabel label left ." "name message message send" /
    10rem 1fr auto auto;
  gap: 0.15rem 0.6rem;
  padding: 0.6rem 1rem 0.25rem;
  border-top: 1px solid var(--line);
}

label,
#left,
footer {
  color: var(--soft);
  font-size: 0.8125rem;
  font-variant-numeric: tabular-nums;
}

#left.few {
  color: var(--ink);
}

#left.bad,
#hint {
  color: var(--bad);
}

#name {
  grid-area: name;
}

#message {
  grid-area: message;
}

#left {
  grid-area: left;
}

input,
button {
  min-width: 0;
  min-height: 2.5rem;
  padding: 0 0.75rem;
  border: 1px solid var(--soft);
  border-radius: 0.4rem;
  background: var(--field);
  color: var(--ink);
  font: inherit;
}

button {
  border-color: var(--accent);
  background: var(--accent);
  color: var(--page);
  cursor: pointer;
}

form button {
  grid-area: send;
}

#retry,
#below {
  min-height: 1.9rem;
  font-size: 0.875rem;
}

:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}

input:focus-visible {
  outline-offset: -1px;
}

#messages:focus-visible {
  outline-offset: -2px;
}

footer {
  display: flex;
  flex-wrap: wrap;
  justify-content: space-between;
  gap: 0 1rem;
  min-height: 1.75rem;
  padding: 0 1rem 0.5rem;
}

#counts {
  margin-left: auto;
}

@media (max-width: 36rem) {
  header {
    min-height: 2.75rem;
    padding: 0.25rem 0.75rem;
  }

  #countdown {
    display: none;
  }

  #messages > div > div {
    padding: 2px 0.75rem;
  }

  form {
    grid-template:
      "namelabel name left left" "message message message send" /
      auto minmax(4rem, 10rem) 1fr auto;
    align-items: center;
    gap: 0.4rem 0.6rem;
    padding: 0.5rem 0.75rem 0.25rem;
  }

  label[for="message"] {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  #name {
    min-height: 2rem;
  }

  #left {
    text-align: right;
  }

  footer {
    padding: 0 0.75rem 0.4rem;
  }
}

@media (prefers-reduced-motion: no-preference) {
  #state.connecting::before,
  #state.waiting::before {
    animation: pulse 1.5s ease-in-out infinite alternate;
  }

  @keyframes pulse {
    to {
      opacity: 0.25;
    }
  }
}
`,
  },
  "chat.js": {
    type: "text/javascript; charset=utf-8",
    body: `// lib/wire/bytes.ts
var kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
function isBytes(value) {
  return kindOf.call(value) === "Uint8Array";
}
function describeType(value) {
  if (value === null || value === void 0) return \`\${value}\`;
  const name = typeof value === "object" ? className(value) : typeof value;
  return \`\${/^[aeio]/i.test(name) ? "an" : "a"} \${name}\`;
}
function className(value) {
  try {
    const name = value.constructor?.name;
    const isNone = typeof name !== "string" || name === "";
    return isNone || name === "Uint8Array" ? "object" : name;
  } catch {
    return "object";
  }
}

// lib/wire/frame.ts
var HEADER = 1;
var MAX_BODY = 255;
var utf8 = new TextEncoder();
function encode(body) {
  const bytes = typeof body === "string" ? utf8.encode(body) : body;
  if (!isBytes(bytes)) {
    throw new TypeError(\`Cannot encode \${describeType(body)}: a body is a string or a Uint8Array\`);
  }
  if (bytes.length > MAX_BODY) {
    throw new RangeError(\`Cannot encode a body of \${bytes.length} bytes: \${MAX_BODY} is the most\`);
  }
  const frame = new Uint8Array(HEADER + bytes.length);
  frame[0] = bytes.length;
  frame.set(bytes, HEADER);
  return frame;
}
function leadingRun(bytes) {
  const { length } = bytes;
  let end = 0;
  let count = 0;
  while (end < length) {
    const next = end + HEADER + bytes[end];
    if (next > length) break;
    end = next;
    count++;
  }
  return {
    bytes: bytes.subarray(0, end),
    count
  };
}
function* bodies(bytes) {
  for (let at = 0; ; ) {
    const length = bytes[at];
    if (length === void 0) return;
    const end = at + HEADER + length;
    if (end > bytes.length) return;
    yield bytes.subarray(at + HEADER, end);
    at = end;
  }
}

// lib/client/backoff.ts
var MIN_WAIT = 500;
var MAX_WAIT = 15e3;
var JITTER = 0.5;
var STABLE = 5e3;
var Backoff = class {
  #random;
  #wait = MIN_WAIT;
  /** @param random Random numbers from 0 to 1. */
  constructor(random = Math.random) {
    this.#random = random;
  }
  /**
   * The next wait.
   *
   * @param lasted How long the last connection lasted; 0 if there was none.
   */
  next(lasted) {
    if (lasted >= STABLE) this.#wait = MIN_WAIT;
    const wait = this.#wait;
    this.#wait = Math.min(2 * wait, MAX_WAIT);
    return wait * (1 + JITTER * this.#random());
  }
};

// lib/web/page/chat_socket.ts
var REMOVED = 1008;
var ChatSocket = class {
  #url;
  #events;
  #backoff = new Backoff();
  #socket;
  #timer;
  /** @param page The address of the page; the socket is beside it. */
  constructor(page, events) {
    this.#url = new URL("ws", page);
    this.#url.protocol = this.#url.protocol === "https:" ? "wss:" : "ws:";
    this.#events = events;
  }
  /** Connects now, unless it is connected or connecting. */
  connect() {
    clearTimeout(this.#timer);
    this.#timer = void 0;
    if (this.#socket) return;
    this.#events.onState({
      name: "connecting"
    });
    const socket2 = this.#socket = new WebSocket(this.#url);
    let opened;
    socket2.binaryType = "arraybuffer";
    socket2.onopen = () => {
      opened = performance.now();
      this.#events.onState({
        name: "connected"
      });
    };
    socket2.onmessage = ({ data }) => {
      if (typeof data === "string") this.#hear(JSON.parse(data));
      else this.#events.onBytes(new Uint8Array(data));
    };
    socket2.onclose = ({ code }) => {
      this.#socket = void 0;
      if (code === REMOVED) return this.#events.onState({
        name: "removed"
      });
      const now = performance.now();
      this.#reconnect(this.#backoff.next(now - (opened ?? now)));
    };
  }
  /** Connects now, if it waits to do so. */
  wake() {
    if (this.#timer !== void 0) this.connect();
  }
  /** Sends a frame, if there is a connection; whether there is. */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(frame);
    return true;
  }
  #reconnect(wait) {
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#events.onState({
      name: "waiting",
      wait
    });
  }
  #hear({ dropped: dropped2, draining }) {
    if (dropped2) this.#events.onDropped(dropped2);
    if (draining) this.#events.onState({
      name: "draining"
    });
  }
};

// lib/client/chat/history.ts
var CAPACITY = 1e3;
var History = class {
  #entries = [];
  /** The entry that is shown; the draft comes after the last one. */
  #at = 0;
  #draft = "";
  /** Adds what was sent, unless it is the same as before, and goes to the end. */
  add(text) {
    if (text !== "" && text !== this.#entries.at(-1)) this.#entries.push(text);
    if (this.#entries.length > CAPACITY) this.#entries.shift();
    this.#at = this.#entries.length;
    this.#draft = "";
  }
  /** The entry before the one that is shown; \`undefined\` if there is none. */
  older(typed) {
    if (this.#at === 0) return void 0;
    if (this.#at === this.#entries.length) this.#draft = typed;
    return this.#entries[--this.#at];
  }
  /** The entry after the one that is shown, or the draft; \`undefined\` if there is none. */
  newer() {
    if (this.#at === this.#entries.length) return void 0;
    return this.#entries[++this.#at] ?? this.#draft;
  }
};

// lib/wire/escape.ts
var UNSAFE = /[[\\p{Cc}\\p{Cf}\\p{Cn}\\p{Cs}\\p{Zl}\\p{Zp}]--[\\u200c\\u200d]]/gv;
var PICTURES = 9216;
var DELETE = 127;
var DELETE_PICTURE = 33;
function escape(text) {
  return text.replace(UNSAFE, visible);
}
function visible(character) {
  const code = character.codePointAt(0);
  if (code <= DELETE) {
    return String.fromCodePoint(PICTURES + Math.min(code, DELETE_PICTURE));
  }
  const hex = code.toString(16);
  return code < 256 ? \`\\\\x\${hex}\` : \`\\\\u{\${hex}}\`;
}

// lib/client/chat/message.ts
var NAME = /^[^\\s:][^:]{0,23}:(?=\\s)/u;
var utf82 = new TextDecoder("utf-8", {
  fatal: true,
  ignoreBOM: true
});
function decodeText(body) {
  try {
    return utf82.decode(body);
  } catch (error) {
    if (error instanceof TypeError) return void 0;
    throw error;
  }
}
function nameOf(line) {
  return line.match(NAME)?.[0] ?? "";
}

// lib/web/page/message_text.ts
function messageText(body) {
  const decoded = decodeText(body);
  if (decoded === void 0) {
    const text = \`not UTF-8: \${quantity(body.length, "byte")}\`;
    return {
      name: "",
      text,
      isUtf8: false
    };
  }
  const line = escape(decoded);
  const name = nameOf(line);
  return {
    name,
    text: line.slice(name.length),
    isUtf8: true
  };
}
function hourAndMinute(time) {
  return new Date(time).toTimeString().slice(0, "HH:MM".length);
}
function timeOfDay(time) {
  return new Date(time).toTimeString().slice(0, "HH:MM:SS".length);
}
var digits = new Intl.NumberFormat("en-US");
function formatNumber(n) {
  return digits.format(n);
}
function quantity(n, thing) {
  return \`\${formatNumber(n)} \${thing}\${n === 1 ? "" : "s"}\`;
}

// lib/web/page/composer.ts
var STORED_NAME = "zillions.name";
var FEW = 50;
var utf83 = new TextEncoder();
var Composer = class {
  #elements;
  #history = new History();
  /** @param send Sends a frame, and says whether it could. */
  constructor(elements, send) {
    this.#elements = elements;
    const { form, name, message } = elements;
    name.value = recallName();
    name.oninput = () => {
      rememberName(name.value);
      this.#typed();
    };
    message.oninput = () => this.#typed();
    message.onkeydown = (event) => {
      if (event.isComposing) return;
      const entry = event.key === "ArrowUp" ? this.#history.older(message.value) : event.key === "ArrowDown" ? this.#history.newer() : void 0;
      if (entry === void 0) return;
      event.preventDefault();
      message.value = entry;
      this.#typed();
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      this.#submit(send);
      message.focus();
    };
    this.#typed();
  }
  /** What would be sent. */
  get #body() {
    const name = this.#elements.name.value.trim();
    const { value } = this.#elements.message;
    return utf83.encode(name === "" ? value : \`\${name}: \${value}\`);
  }
  #typed() {
    const { left, hint } = this.#elements;
    const bytes = MAX_BODY - this.#body.length;
    left.textContent = bytes < 0 ? \`\${quantity(-bytes, "byte")} too many\` : \`\${quantity(bytes, "byte")} left\`;
    left.className = bytes < 0 ? "bad" : bytes < FEW ? "few" : "";
    hint.textContent = "";
  }
  #submit(send) {
    const { message, hint } = this.#elements;
    const text = message.value;
    if (text === "") return;
    const body = this.#body;
    if (body.length > MAX_BODY) {
      const over = quantity(body.length - MAX_BODY, "byte");
      hint.textContent = \`Not sent: \${over} too many.\`;
    } else if (!send(encode(body))) {
      hint.textContent = "Not sent: there is no connection. Your text stays.";
    } else {
      this.#history.add(text);
      message.value = "";
      this.#typed();
    }
  }
};
function recallName() {
  try {
    return localStorage.getItem(STORED_NAME) ?? "";
  } catch (error) {
    if (error instanceof DOMException) return "";
    throw error;
  }
}
function rememberName(name) {
  try {
    localStorage.setItem(STORED_NAME, name);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

// lib/web/page/connection_state.ts
var WORDS = {
  connecting: "Connecting\\u2026",
  connected: "Connected",
  draining: "The server is ending\\u2026",
  waiting: "Not connected",
  removed: "Disconnected by the server"
};
var ConnectionState = class {
  #elements;
  #ticks;
  constructor(elements) {
    this.#elements = elements;
  }
  /** Shows a state from now on. */
  show(given) {
    const { state, countdown, retry: retry2 } = this.#elements;
    state.textContent = WORDS[given.name];
    state.className = given.name;
    retry2.hidden = given.name !== "waiting" && given.name !== "removed";
    countdown.textContent = "";
    clearInterval(this.#ticks);
    if (given.name !== "waiting") return;
    const at = performance.now() + given.wait;
    const tick = () => {
      const seconds = Math.max(Math.ceil((at - performance.now()) / 1e3), 0);
      countdown.textContent = \`trying again in \${quantity(seconds, "second")}\`;
    };
    this.#ticks = setInterval(tick, 1e3);
    tick();
  }
};

// lib/web/page/announcements.ts
var MAX_RATE = 5;
var INTERVAL = 1e3;
var Announcements = class {
  #on = true;
  #since = -Infinity;
  #before = 0;
  /**
   * Whether they are on.
   *
   * @param received How many messages there were so far.
   * @param now The time, in milliseconds.
   */
  update(received, now) {
    const isFlood = received - this.#before > MAX_RATE;
    if (isFlood) this.#on = false;
    if (now - this.#since >= INTERVAL) {
      this.#on = !isFlood;
      this.#since = now;
      this.#before = received;
    }
    return this.#on;
  }
};

// lib/web/page/message_ring.ts
var KEPT = 5e3;
var KINDS = [
  "message",
  "own",
  "notice"
];
var MessageRing = class {
  #bytes = new Uint8Array(KEPT * MAX_BODY);
  #lengths = new Uint8Array(KEPT);
  /** Indexes of \`KINDS\`. */
  #kinds = new Uint8Array(KEPT);
  #times = new Float64Array(KEPT);
  /** 1 where the entry has been shown. */
  #shown = new Uint8Array(KEPT);
  #start = 0;
  #end = 0;
  #received = 0;
  #shownCount = 0;
  /** The number of the oldest entry that is kept. */
  get start() {
    return this.#start;
  }
  /** The number of the next entry. */
  get end() {
    return this.#end;
  }
  /** Messages that came, notices not among them. */
  get received() {
    return this.#received;
  }
  /** Messages that were shown, at least once. */
  get shown() {
    return this.#shownCount;
  }
  /** Adds an entry; of more than 255 bytes the first are kept. */
  add(kind, body, time) {
    const slot = this.#end++ % KEPT;
    const bytes = body.subarray(0, MAX_BODY);
    this.#bytes.set(bytes, slot * MAX_BODY);
    this.#lengths[slot] = bytes.length;
    this.#kinds[slot] = KINDS.indexOf(kind);
    this.#times[slot] = time;
    this.#shown[slot] = 0;
    this.#start = Math.max(this.#start, this.#end - KEPT);
    if (kind !== "notice") this.#received++;
  }
  /** Counts messages that are not kept, and forgets all before them. */
  skip(count) {
    this.#received += count;
    this.#end += count;
    this.#start = this.#end;
  }
  kind(number) {
    return KINDS[this.#kinds[number % KEPT]];
  }
  /** When it came, in milliseconds since 1970. */
  time(number) {
    return this.#times[number % KEPT];
  }
  /** Its bytes, which change when the entry is overwritten. */
  body(number) {
    const slot = number % KEPT;
    const from = slot * MAX_BODY;
    return this.#bytes.subarray(from, from + this.#lengths[slot]);
  }
  /** Says that an entry is shown. */
  markShown(number) {
    const slot = number % KEPT;
    if (this.#shown[slot] || this.kind(number) === "notice") return;
    this.#shown[slot] = 1;
    this.#shownCount++;
  }
};

// lib/client/chat/palette.ts
function hash(text) {
  let hash2 = 0;
  for (const character of text) {
    hash2 = 31 * hash2 + character.codePointAt(0) >>> 0;
  }
  return hash2;
}

// lib/web/page/row.ts
var NAME_COLORS = 6;
var Row = class {
  element = document.createElement("div");
  #time = this.element.appendChild(document.createElement("time"));
  #body = this.element.appendChild(document.createElement("p"));
  #mark = this.#body.appendChild(document.createElement("i"));
  #name = this.#body.appendChild(document.createElement("b"));
  #text = this.#body.appendChild(document.createElement("span"));
  constructor() {
    this.#mark.textContent = "You: ";
  }
  /** Shows an entry. */
  show(ring2, number) {
    const kind = ring2.kind(number);
    const time = ring2.time(number);
    const { name, text, isUtf8 } = messageText(ring2.body(number));
    this.element.className = isUtf8 ? kind : \`\${kind} binary\`;
    this.#time.textContent = hourAndMinute(time);
    this.#time.title = timeOfDay(time);
    this.#mark.hidden = kind !== "own";
    this.#name.textContent = name;
    this.#name.className = \`name\${hash(name) % NAME_COLORS}\`;
    this.#text.textContent = text;
    ring2.markShown(number);
  }
};

// lib/web/page/message_list.ts
var ROW_HEIGHT = 26;
var MARGIN = 8;
var MessageList = class {
  #ring;
  #scroller;
  /** Inside of the scroller; has the rows. */
  #list;
  #below;
  #announcements = new Announcements();
  /** The rows of the entries from \`#first\` on, in their order. */
  #rows = [];
  #spare = [];
  #first = 0;
  #above = 0;
  #follows = true;
  /** The scroll position that is known, to tell the user's scrolling from our own. */
  #top = 0;
  /** The entries before this one have been in view, or passed while following. */
  #seen = 0;
  /** @param below Leads to the newest message. */
  constructor(ring2, scroller2, below2) {
    this.#ring = ring2;
    this.#scroller = scroller2;
    this.#list = scroller2.appendChild(document.createElement("div"));
    this.#below = below2;
  }
  /**
   * The view has moved. If the user did it, it follows at the end only.
   *
   * @returns Whether there is something else to draw now.
   */
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (scrollTop === this.#top) return false;
    if (scrollHeight - clientHeight - scrollTop < 2) this.#follows = true;
    else if (scrollTop < this.#top) this.#follows = false;
    this.#top = scrollTop;
    return true;
  }
  /** Follows the newest message. */
  follow() {
    this.#follows = true;
  }
  /** Shows what there is now. */
  draw(now) {
    const ring2 = this.#ring;
    const isCalm = this.#announcements.update(ring2.received, now);
    const isLive = isCalm && this.#follows;
    this.#scroller.setAttribute("aria-live", isLive ? "polite" : "off");
    if (this.#follows) this.#drawNewest();
    else this.#drawAround();
    const unseen = ring2.end - this.#seen;
    this.#below.hidden = this.#follows;
    this.#below.textContent = unseen > 0 ? \`\${formatNumber(unseen)} new below\` : "To the newest";
  }
  /** The entry after the last that has a row. */
  get #last() {
    return this.#first + this.#rows.length;
  }
  /** The height of the view, in pixels. */
  get #height() {
    return this.#scroller.clientHeight;
  }
  /** As many rows as fill the view, if each has one line. */
  get #inView() {
    return Math.ceil(this.#height / ROW_HEIGHT);
  }
  #drawNewest() {
    const { start, end } = this.#ring;
    const first = Math.max(start, end - this.#inView - MARGIN);
    this.#setRows(first, end);
    this.#pad((first - start) * ROW_HEIGHT);
    this.#scrollTo(this.#scroller.scrollHeight);
    this.#seen = end;
  }
  #drawAround() {
    const { start, end } = this.#ring;
    const { scrollTop } = this.#scroller;
    const near = MARGIN * ROW_HEIGHT / 2;
    if (this.#above > scrollTop - near && this.#first > start || this.#edge(this.#last) < scrollTop + this.#height + near && this.#last < end) this.#moveTo(scrollTop);
    if (this.#first <= start && this.#above > 0) {
      const above = this.#above;
      this.#pad(0);
      this.#scrollTo(this.#scroller.scrollTop - above);
    } else this.#pad(this.#above);
    this.#seen = Math.max(this.#seen, this.#firstBelow());
  }
  /** Gives rows to the entries around a scroll position. */
  #moveTo(top) {
    const { start, end } = this.#ring;
    const inView = this.#firstInView(top);
    const anchor = Math.max(start, inView ?? this.#estimate(top));
    const place = anchor === inView ? this.#edge(anchor) : top;
    const before = MARGIN + Math.ceil(Math.max(place - top, 0) / ROW_HEIGHT);
    const size = this.#inView + 2 * MARGIN;
    const first = Math.max(start, Math.min(anchor - before, end - size));
    this.#setRows(first, Math.min(end, first + size));
    const above = place - (this.#edge(anchor) - this.#above);
    const estimate = (first - start) * ROW_HEIGHT;
    const isPossible = first > start && above > 0;
    this.#pad(isPossible ? above : estimate);
    if (!isPossible) this.#scrollTo(top + estimate - above);
  }
  /** The first entry whose row is in view, if one is. */
  #firstInView(top) {
    const at = this.#rows.findIndex(({ element: element2 }) => element2.offsetTop + element2.offsetHeight > top);
    return at >= 0 && this.#edge(this.#first + at) < top + this.#height ? this.#first + at : void 0;
  }
  /** The entry that may be at a scroll position where there are no rows. */
  #estimate(top) {
    const { start, end } = this.#ring;
    const edge = this.#edge(this.#last);
    const entry = top < this.#above ? start + top / this.#above * (this.#first - start) : this.#last + (top - edge) / ROW_HEIGHT;
    return Math.min(Math.floor(entry), end - 1);
  }
  /** The first entry whose row is wholly below the view. */
  #firstBelow() {
    const bottom = this.#scroller.scrollTop + this.#height;
    const at = this.#rows.findIndex(({ element: element2 }) => element2.offsetTop >= bottom);
    return at < 0 ? this.#last : this.#first + at;
  }
  /** Where an entry's row begins, or the rows end. */
  #edge(number) {
    const element2 = this.#rows[number - this.#first]?.element;
    if (element2) return element2.offsetTop;
    const last = this.#rows.at(-1)?.element;
    return last ? last.offsetTop + last.offsetHeight : this.#above;
  }
  /** Gives rows to these entries; an entry that has one keeps it. */
  #setRows(first, end) {
    if (first >= this.#last || end <= this.#first) {
      this.#release(this.#rows.splice(0));
      this.#first = first;
    }
    this.#release(this.#rows.splice(0, Math.max(first - this.#first, 0)));
    this.#first = Math.max(this.#first, first);
    this.#release(this.#rows.splice(Math.max(end - this.#first, 0)));
    while (this.#first > first) {
      const row = this.#rowOf(this.#first - 1);
      this.#list.prepend(row.element);
      this.#rows.unshift(row);
      this.#first--;
    }
    while (this.#last < end) {
      const row = this.#rowOf(this.#last);
      this.#list.append(row.element);
      this.#rows.push(row);
    }
  }
  #rowOf(number) {
    const row = this.#spare.pop() ?? new Row();
    row.show(this.#ring, number);
    return row;
  }
  #release(rows) {
    for (const { element: element2 } of rows) element2.remove();
    this.#spare.push(...rows);
  }
  #pad(above) {
    const below2 = Math.min(this.#ring.end - this.#last, KEPT) * ROW_HEIGHT;
    this.#above = above;
    this.#list.style.paddingTop = \`\${above}px\`;
    this.#list.style.paddingBottom = \`\${below2}px\`;
  }
  #scrollTo(top) {
    this.#scroller.scrollTop = top;
    this.#top = this.#scroller.scrollTop;
  }
};

// lib/web/page/outstanding.ts
var CAPACITY2 = 1e3;
var Outstanding = class {
  #bodies = [];
  get isEmpty() {
    return this.#bodies.length === 0;
  }
  add(body) {
    this.#bodies.push(body);
    if (this.#bodies.length > CAPACITY2) this.#bodies.shift();
  }
  /** Whether a message that arrived is one of them; then it is waited for no more. */
  take(body) {
    const at = this.#bodies.findIndex((sent) => isEqual(sent, body));
    if (at >= 0) this.#bodies.splice(at, 1);
    return at >= 0;
  }
  /** The connection is lost: nobody knows which of them arrived. */
  clear() {
    this.#bodies = [];
  }
};
function isEqual(a, b) {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

// lib/web/page/receiver.ts
var Receiver = class {
  #ring;
  #outstanding;
  /** A frame that has begun, or nothing. */
  #rest = new Uint8Array();
  /** What is not in the ring yet, and of how many messages. */
  #runs = [];
  #count = 0;
  constructor(ring2, outstanding2) {
    this.#ring = ring2;
    this.#outstanding = outstanding2;
  }
  /** Takes bytes that arrived at \`time\`, cut anywhere. */
  push(bytes, time) {
    let all = bytes;
    if (this.#rest.length > 0) {
      all = new Uint8Array(this.#rest.length + bytes.length);
      all.set(this.#rest);
      all.set(bytes, this.#rest.length);
    }
    const run = leadingRun(all);
    this.#rest = all.slice(run.bytes.length);
    this.#runs.push({
      ...run,
      time
    });
    this.#count += run.count;
    while (this.#count - this.#runs[0].count >= KEPT) {
      this.#skip(this.#runs.shift());
    }
  }
  /** Puts what has arrived into the ring. */
  flush() {
    let excess = Math.max(this.#count - KEPT, 0);
    if (excess > 0) this.#ring.skip(excess);
    for (const { bytes, time } of this.#runs) {
      for (const body of bodies(bytes)) {
        const kind = this.#outstanding.take(body) ? "own" : "message";
        if (excess > 0) excess--;
        else this.#ring.add(kind, body, time);
      }
    }
    this.#runs = [];
    this.#count = 0;
  }
  /** Counts messages that would be overwritten in any case. */
  #skip({ bytes, count }) {
    this.#ring.skip(count);
    this.#count -= count;
    if (this.#outstanding.isEmpty) return;
    for (const body of bodies(bytes)) this.#outstanding.take(body);
  }
};

// lib/web/page/chat.ts
var ring = new MessageRing();
var outstanding = new Outstanding();
var receiver = new Receiver(ring, outstanding);
var dropped = 0;
var lostAt;
var isScheduled = false;
var scroller = element("messages");
var below = element("below");
var empty = element("empty");
var counts = element("counts");
var retry = element("retry");
var list = new MessageList(ring, scroller, below);
var connectionState = new ConnectionState({
  state: element("state"),
  countdown: element("countdown"),
  retry
});
var socket = new ChatSocket(location.href, {
  onState: enter,
  onBytes: (bytes) => {
    receiver.push(bytes, Date.now());
    schedule();
  },
  onDropped: (count) => {
    dropped += count;
    receiver.flush();
    note(\`\${quantity(count, "message")} missed here\`);
  }
});
new Composer({
  form: element("composer"),
  name: element("name"),
  message: element("message"),
  left: element("left"),
  hint: element("hint")
}, (frame) => {
  const isSent = socket.send(frame);
  if (isSent) {
    outstanding.add(frame.subarray(HEADER));
    list.follow();
    schedule();
  }
  return isSent;
});
scroller.onscroll = () => {
  if (list.scrolled()) schedule();
};
below.onclick = () => {
  list.follow();
  scroller.focus({
    preventScroll: true
  });
  schedule();
};
new ResizeObserver(schedule).observe(scroller);
retry.onclick = () => socket.connect();
globalThis.addEventListener("online", () => socket.wake());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) socket.wake();
});
socket.connect();
function enter(state) {
  connectionState.show(state);
  if (state.name === "waiting" || state.name === "removed") {
    lostAt ??= Date.now();
    receiver.flush();
    receiver = new Receiver(ring, outstanding);
    outstanding.clear();
  } else if (state.name === "connected" && lostAt !== void 0) {
    const from = timeOfDay(lostAt);
    note(\`Nothing was received from \${from} to \${timeOfDay(Date.now())}\`);
    lostAt = void 0;
  }
}
function note(text) {
  ring.add("notice", new TextEncoder().encode(text), Date.now());
  schedule();
}
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame((now) => {
    isScheduled = false;
    draw(now);
  });
}
function draw(now) {
  receiver.flush();
  list.draw(now);
  const { received, shown, end } = ring;
  empty.hidden = end > 0;
  const parts = [
    \`\${formatNumber(received)} received\`,
    \`\${formatNumber(shown)} shown\`,
    \`\${formatNumber(received - shown)} not shown\`
  ];
  if (dropped > 0) parts.push(\`\${formatNumber(dropped)} missed\`);
  counts.textContent = parts.join(" \\xB7 ");
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
