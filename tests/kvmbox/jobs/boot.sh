#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot with a kernel of a few hundred lines, on hardware KVM. An exit takes long here: of the
# rubbish that any KVM can serve, one seed.
export VIRTLAB_TAP=1 VIRTLAB_LIMIT=800 VIRTLAB_SEEDS=4 VIRTLAB_REQUIRE="root user kvm kvm-hw"
exec tests/run build 'tests/e2e/minivmm_@(boot|boot_refusals|tap|hostile).sh'
