#!/bin/bash
# SPDX-License-Identifier: MIT
# All that runs one program in a virtual machine, on hardware KVM. Not the fuzz targets and wrong
# command lines: they need no KVM, and run on the host.
export VIRTLAB_TAP=1 VIRTLAB_LIMIT=800 VIRTLAB_TIMEOUT=300 VIRTLAB_REQUIRE="root user kvm kvm-hw"
exec tests/run build '@(tests/e2e/minivmm?(_busybox|_faults|_probe|_refusals).sh|*/test_vmm_memory|*/test_vmm_program)'
