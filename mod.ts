export * from "./lib/frame.ts";
export * from "./lib/framer.ts";
export * from "./lib/hub.ts";
export * from "./lib/server.ts";
export * from "./lib/client.ts";
