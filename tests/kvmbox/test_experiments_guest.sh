#!/bin/bash
# SPDX-License-Identifier: MIT
# experiments_guest in the box: see jobs/experiments_guest.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box experiments_guest 1500
