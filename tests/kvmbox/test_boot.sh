#!/bin/bash
# SPDX-License-Identifier: MIT
# boot in the box: see jobs/boot.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box boot 900
