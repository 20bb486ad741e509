#!/bin/bash
# SPDX-License-Identifier: MIT
# What containers are, and what they keep in: on a Debian kernel, as root and as an ordinary user.
export VIRTLAB_TAP=1 VIRTLAB_LIMIT=800 VIRTLAB_REQUIRE="root user cgroup2"
exec tests/run build 'tests/e2e/minicontainer?(_isolation).sh'
