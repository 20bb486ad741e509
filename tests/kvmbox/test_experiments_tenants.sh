#!/bin/bash
# SPDX-License-Identifier: MIT
# experiments_tenants in the box: see jobs/experiments_tenants.sh.
# shellcheck source=tests/kvmbox/box.sh
. "$(dirname "$0")/box.sh"
box experiments_tenants 1500
