#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian as a guest on hardware KVM.
export VIRTLAB_TAP=1 VIRTLAB_LIMIT=800 VIRTLAB_JOBS=1 VIRTLAB_REQUIRE="root kvm kvm-hw guest"
exec tests/run build '*/minivmm_debian.sh'
