#!/bin/bash
# SPDX-License-Identifier: MIT
# linux in the box: see jobs/linux.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box linux 900
