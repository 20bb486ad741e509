#!/bin/bash
# SPDX-License-Identifier: MIT
# cgroups in the box: see jobs/cgroups.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box cgroups 900
