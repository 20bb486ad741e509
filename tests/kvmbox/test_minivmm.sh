#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm in the box: see jobs/minivmm.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box minivmm 900
