#!/bin/bash
# SPDX-License-Identifier: MIT
# debian in the box: see jobs/debian.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box debian 900
