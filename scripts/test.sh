#!/bin/bash
# Runs the tests that `swift build -c release --build-tests` has built, and says at the end what was
# skipped and why. Arguments go to `swift test`, such as `--filter GraphIRTests`.
#
# The last line is `N passed, N failed, N skipped`. Exits non-zero where a test fails, where the run
# breaks off, and where no test was run.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .build
report=.build/test-report.xml
# Swift Testing adds its name to the file's; the other file is XCTest's, which the project does not use.
results=.build/test-report-swift-testing.xml
rm -f "$report" "$results"

status=0
swift test -c release --skip-build --xunit-output "$report" "$@" || status=$?

if [ ! -f "$results" ]; then
  echo "error: the test run broke off before its report was written (status $status)" >&2
  exit 1
fi

number() {
  sed -n "s/.*<testsuite .* $1=\"\([0-9]*\)\".*/\1/p" "$results" | head -n 1
}
run=$(number tests)
failed=$(number failures)
skipped=$(number skipped)

echo
if [ "$skipped" -gt 0 ]; then
  echo "skipped tests, by reason:"
  sed -n 's/.*<skipped>\(.*\)<\/skipped>.*/\1/p' "$results" | sort | uniq -c | sort -rn
fi
echo "$((run - failed)) passed, $failed failed, $skipped skipped"

if [ "$run" -eq 0 ]; then
  echo "error: no test was run" >&2
  exit 1
fi
exit "$status"
