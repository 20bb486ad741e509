#!/bin/bash
# SPDX-License-Identifier: MIT
# minicontainer in the box: see jobs/minicontainer.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box minicontainer 900
