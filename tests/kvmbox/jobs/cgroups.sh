#!/bin/bash
# SPDX-License-Identifier: MIT
# Limits of containers, their end, and the harness's measures, on pure cgroup v2.
export VIRTLAB_TAP=1 VIRTLAB_LIMIT=800 VIRTLAB_STEP=16 VIRTLAB_REQUIRE="root user cgroup2"
exec tests/run build '@(tests/e2e/@(minicontainer_life|minicontainer_limits|bench_cgroups).sh|*/test_container_*)'
