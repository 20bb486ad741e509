#!/bin/bash
# SPDX-License-Identifier: MIT
# Linux guests on hardware KVM.
export VIRTLAB_TAP=1 VIRTLAB_LIMIT=800 VIRTLAB_JOBS=1 VIRTLAB_REQUIRE="root kvm kvm-hw"
exec tests/run build '*/minivmm_linux.sh'
