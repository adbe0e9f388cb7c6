/**
 * The composer: the form to write in. It puts the name before what one says, counts the
 * bytes that are left, and keeps the draft until it could be sent.
 *
 * @module
 */
import { History } from "../../client/chat/history.ts";
import { encode, MAX_BODY } from "../../wire/frame.ts";
import { quantity } from "./message_text.ts";

/** Where the browser remembers the name. */
const STORED_NAME = "zillions.name";

/** The counter is a warning when fewer bytes than this are left: some words more. */
const FEW = 50;

const utf8 = new TextEncoder();

/** The elements of the form. */
export interface ComposerElements {
  readonly form: HTMLFormElement;
  readonly name: HTMLInputElement;
  readonly message: HTMLInputElement;
  /** Says how many bytes are left. */
  readonly left: HTMLElement;
  /** Says why something was not sent. */
  readonly hint: HTMLElement;
}

/** The form to write in. */
export class Composer {
  readonly #elements: ComposerElements;
  readonly #history = new History();

  /** @param send Sends a frame, and says whether it could. */
  constructor(
    elements: ComposerElements,
    send: (frame: Uint8Array<ArrayBuffer>) => boolean,
  ) {
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
      const entry = event.key === "ArrowUp"
        ? this.#history.older(message.value)
        : event.key === "ArrowDown"
        ? this.#history.newer()
        : undefined;
      if (entry === undefined) return;
      event.preventDefault(); // which would move the cursor
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
  get #body(): Uint8Array<ArrayBuffer> {
    const name = this.#elements.name.value.trim();
    const { value } = this.#elements.message;
    return utf8.encode(name === "" ? value : `${name}: ${value}`);
  }

  #typed(): void {
    const { left, hint } = this.#elements;
    const bytes = MAX_BODY - this.#body.length;
    left.textContent = bytes < 0
      ? `${quantity(-bytes, "byte")} too many`
      : `${quantity(bytes, "byte")} left`;
    left.className = bytes < 0 ? "bad" : bytes < FEW ? "few" : "";
    hint.textContent = "";
  }

  #submit(send: (frame: Uint8Array<ArrayBuffer>) => boolean): void {
    const { message, hint } = this.#elements;
    const text = message.value;
    if (text === "") return;
    const body = this.#body;
    if (body.length > MAX_BODY) {
      const over = quantity(body.length - MAX_BODY, "byte");
      hint.textContent = `Not sent: ${over} too many.`;
    } else if (!send(encode(body))) {
      hint.textContent = "Not sent: there is no connection. Your text stays.";
    } else {
      this.#history.add(text);
      message.value = "";
      this.#typed();
    }
  }
}

/** The name of the last time. A browser may forbid pages to store anything. */
function recallName(): string {
  try {
    return localStorage.getItem(STORED_NAME) ?? "";
  } catch (error) {
    if (error instanceof DOMException) return "";
    throw error;
  }
}

function rememberName(name: string): void {
  try {
    localStorage.setItem(STORED_NAME, name);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
