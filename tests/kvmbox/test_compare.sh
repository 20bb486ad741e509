#!/bin/bash
# SPDX-License-Identifier: MIT
# compare in the box: see jobs/compare.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box compare 900
