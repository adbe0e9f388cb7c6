/**
 * What the gallery's judge finds, at length: `deno task test:long` runs it. The suite
 * has the quickest, and tests the rules in `gallery_test.ts`.
 */
import { testJudge, testSpecification } from "./judge_fixture.ts";

testSpecification("channel");
testSpecification("go-log");
// It leaves out what is new for a client that lags: that test is not for it.
testSpecification(
  "beginner",
  "/^(S[1-6]|S7 a client that never|half|truncated|port)/",
);

testJudge("sound");
testJudge("swaps", "order");
testJudge("repeats", "frames");
testJudge("cuts", "frames");
testJudge("omits", "delivery");
testJudge("evicts", "churn");
testJudge("blocks", "stuck client");
testJudge("stubborn", "SIGTERM");
