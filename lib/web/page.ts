/**
 * The page: what a browser shows, as texts.
 *
 * @module
 */
import type { Assets } from "../http/assets.ts";

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Zillions</title>
<link rel="stylesheet" href="chat.css">
<p id="state" role="status">connecting</p>
<ol id="log" role="log"></ol>
<form id="form">
<label>Message <input id="text" autocomplete="off" autofocus></label>
<button>Send</button>
</form>
<script src="chat.js"></script>
</html>
`;

const CSS = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui; }
#log { list-style: none; padding: 0; overflow-wrap: anywhere; }
`;

const SCRIPT = `"use strict";
const $ = (id) => document.getElementById(id);
const url = new URL("ws", location.href);
url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const socket = new WebSocket(url);
socket.binaryType = "arraybuffer";
const show = (text) => {
  const line = document.createElement("li");
  line.textContent = text;
  $("log").append(line);
  while ($("log").children.length > 500) $("log").firstChild.remove();
  line.scrollIntoView();
};
let rest = new Uint8Array();
socket.onopen = () => $("state").textContent = "connected";
socket.onclose = () => $("state").textContent = "not connected: reload to connect";
socket.onmessage = ({ data }) => {
  if (typeof data === "string") {
    const { dropped } = JSON.parse(data);
    if (dropped) show(dropped + " messages missed here");
    return;
  }
  const bytes = new Uint8Array(rest.length + data.byteLength);
  bytes.set(rest);
  bytes.set(new Uint8Array(data), rest.length);
  let at = 0;
  while (at < bytes.length && at + 1 + bytes[at] <= bytes.length) {
    show(new TextDecoder().decode(bytes.subarray(at + 1, at + 1 + bytes[at])));
    at += 1 + bytes[at];
  }
  rest = bytes.slice(at);
};
$("form").onsubmit = (event) => {
  event.preventDefault();
  const body = new TextEncoder().encode($("text").value);
  if (body.length > 255) return $("state").textContent = "255 bytes are the most";
  socket.send(new Uint8Array([body.length, ...body]));
  $("text").value = "";
};
`;

/** The files of the page. */
export const assets: Assets = {
  "": { type: "text/html; charset=utf-8", body: HTML },
  "chat.css": { type: "text/css; charset=utf-8", body: CSS },
  "chat.js": { type: "text/javascript; charset=utf-8", body: SCRIPT },
};
