/**
 * Makes an executable of the server: `deno task compile [DENO COMPILE'S OPTIONS]`.
 * The permissions it needs are built in; asking for more would hang a service.
 */
// deno-lint-ignore-file no-console -- a tool for people

const { code, stderr } = await new Deno.Command(Deno.execPath(), {
  args: [
    "compile",
    "--quiet",
    "--allow-net",
    "--no-prompt",
    "--output=zillions",
    ...Deno.args,
    ".ci/compiled.ts",
  ],
  stdout: "inherit",
}).output();

const complaint = new TextDecoder().decode(stderr);
if (code !== 0 && complaint.includes("denort")) {
  const { deno } = Deno.version;
  const named = Deno.env.get("DENORT_BIN");
  console.error(
    named === undefined
      ? `compile: Deno's runtime (denort ${deno}) is missing and cannot be downloaded from here; DENORT_BIN can name one`
      : `compile: Deno's runtime, which DENORT_BIN names, cannot be read: ${named}`,
  );
} else if (complaint !== "") {
  console.error(complaint.trimEnd());
}
Deno.exitCode = code;
