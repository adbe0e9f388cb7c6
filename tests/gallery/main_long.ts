/** The gallery's flood, which takes all processors: `deno task test:long` runs it. */
import { testQuick } from "./quick_fixture.ts";

testQuick("flood");
