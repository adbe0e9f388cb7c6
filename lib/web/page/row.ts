/**
 * Rows: the elements that messages are shown in. They are used again and again, and
 * what strangers wrote gets into them only as text.
 *
 * @module
 */
import { hash } from "../../client/chat/palette.ts";
import type { MessageRing } from "./message_ring.ts";
import { hourAndMinute, messageText, timeOfDay } from "./message_text.ts";

/** How many colours names have; `chat.css` has them. */
const NAME_COLORS = 6;

/** One row. */
export class Row {
  readonly element: HTMLElement = document.createElement("div");
  readonly #time = this.element.appendChild(document.createElement("time"));
  readonly #body = this.element.appendChild(document.createElement("p"));
  readonly #mark = this.#body.appendChild(document.createElement("i"));
  readonly #name = this.#body.appendChild(document.createElement("b"));
  readonly #text = this.#body.appendChild(document.createElement("span"));

  constructor() {
    this.#mark.textContent = "You: ";
  }

  /** Shows an entry. */
  show(ring: MessageRing, number: number): void {
    const kind = ring.kind(number);
    const time = ring.time(number);
    const { name, text, isUtf8 } = messageText(ring.body(number));
    this.element.className = isUtf8 ? kind : `${kind} binary`;
    this.#time.textContent = hourAndMinute(time);
    this.#time.title = timeOfDay(time);
    this.#mark.hidden = kind !== "own";
    this.#name.textContent = name;
    this.#name.className = `name${hash(name) % NAME_COLORS}`;
    this.#text.textContent = text;
    ring.markShown(number);
  }
}
