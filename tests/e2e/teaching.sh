#!/bin/bash
# SPDX-License-Identifier: MIT
# The teacher's guide: every command of every week works, from the first lab to the grading of a class.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/blocks.sh
. "$SOURCE/tests/blocks.sh"

run_document docs/teaching.md
finish
