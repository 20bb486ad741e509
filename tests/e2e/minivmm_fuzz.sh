#!/bin/bash
# SPDX-License-Identifier: MIT
# The fuzz targets of minivmm, for a moment each: enough to see that they run and find nothing
# near. For longer: make fuzz MINUTES=60
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

fuzz() {
    "$SOURCE/tests/fuzz/run.sh" "$BUILD" "$1" 15 "$PWD/found" -seed=1
}

# The targets have sanitizers of their own: in the sanitized build there is none.
if [ "$(basename "$BUILD")" != asan ]; then
    for target in "$SOURCE"/tests/fuzz/fuzz_*.c; do
        target=$(basename "$target" .c)
        # Those of the harness are in results.sh, claims.sh and tui.sh.
        case $target in fuzz_results | fuzz_claims | fuzz_timeline | fuzz_dashboard) continue ;; esac
        it "finds nothing wrong: $target" fuzz "$target"
    done
fi
finish
