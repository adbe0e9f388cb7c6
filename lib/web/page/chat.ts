/**
 * The chat page. At most once per frame, what has arrived goes into the ring, and the page
 * shows what is in view. A hidden page is not drawn.
 *
 * @module
 */
import { HEADER } from "../../wire/frame.ts";
import { ChatSocket, type State } from "./chat_socket.ts";
import { Composer } from "./composer.ts";
import { ConnectionState } from "./connection_state.ts";
import { MessageList } from "./message_list.ts";
import { MessageRing } from "./message_ring.ts";
import { formatNumber, quantity, timeOfDay } from "./message_text.ts";
import { Outstanding } from "./outstanding.ts";
import { Receiver } from "./receiver.ts";

const ring = new MessageRing();
const outstanding = new Outstanding();
let receiver = new Receiver(ring, outstanding);
/** Messages that the server left out. */
let dropped = 0;
/** When the connection was lost, if it is. */
let lostAt: number | undefined;
let isScheduled = false;

const scroller = element("messages");
const below = element("below");
const empty = element("empty");
const counts = element("counts");
const retry = element("retry");
const list = new MessageList(ring, scroller, below);
const connectionState = new ConnectionState({
  state: element("state"),
  countdown: element("countdown"),
  retry,
});
const socket = new ChatSocket(location.href, {
  onState: enter,
  onBytes: (bytes) => {
    receiver.push(bytes, Date.now());
    schedule();
  },
  onDropped: (count) => {
    dropped += count;
    receiver.flush();
    note(`${quantity(count, "message")} missed here`);
  },
});

new Composer({
  form: element("composer") as HTMLFormElement,
  name: element("name") as HTMLInputElement,
  message: element("message") as HTMLInputElement,
  left: element("left"),
  hint: element("hint"),
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
  scroller.focus({ preventScroll: true }); // the button disappears
  schedule();
};
new ResizeObserver(schedule).observe(scroller);
retry.onclick = () => socket.connect();
globalThis.addEventListener("online", () => socket.wake());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) socket.wake();
});
socket.connect();

function enter(state: State): void {
  connectionState.show(state);
  if (state.name === "waiting" || state.name === "removed") {
    lostAt ??= Date.now();
    receiver.flush();
    receiver = new Receiver(ring, outstanding);
    outstanding.clear();
  } else if (state.name === "connected" && lostAt !== undefined) {
    const from = timeOfDay(lostAt);
    note(`Nothing was received from ${from} to ${timeOfDay(Date.now())}`);
    lostAt = undefined;
  }
}

/** Says something among the messages. */
function note(text: string): void {
  ring.add("notice", new TextEncoder().encode(text), Date.now());
  schedule();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame((now) => {
    isScheduled = false;
    draw(now);
  });
}

function draw(now: number): void {
  receiver.flush();
  list.draw(now);
  const { received, shown, end } = ring;
  empty.hidden = end > 0;
  const parts = [
    `${formatNumber(received)} received`,
    `${formatNumber(shown)} shown`,
    `${formatNumber(received - shown)} not shown`,
  ];
  if (dropped > 0) parts.push(`${formatNumber(dropped)} missed`);
  counts.textContent = parts.join(" · ");
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}
