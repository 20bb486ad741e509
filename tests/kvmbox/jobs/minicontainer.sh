#!/bin/bash
# SPDX-License-Identifier: MIT
# Containers on pure cgroup v2, as root and as an ordinary user.
export VIRTLAB_TAP=1 VIRTLAB_LIMIT=450 VIRTLAB_STEP=8 VIRTLAB_REQUIRE="root user cgroup2"
exec tests/run build '@(tests/e2e/@(minicontainer*|bench_cgroups).sh|*/test_container_*)'
