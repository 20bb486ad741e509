#!/bin/bash
# SPDX-License-Identifier: MIT
# What the experiments find of a Linux guest on hardware KVM, beside the other boxes.
set -u
. tests/kvmbox/experiments.sh
everyone=native,container,vm,vm-linux
MIB=1048576

a_guest_has_a_machine_of_its_own() {
    measure escape "$everyone"
    matching '"platform":"vm-linux"' '"status":"ok"' '"verdict":"(contained|absent)"'
    local all
    all=$(find "$BUILD/libexec/virtlab/probes" -type f ! -name relay ! -name target | wc -l)
    [ "$(wc -l <left)" = "$all" ] || fail "of $all probes, these are contained: $(cat left)"
    # A kernel of its own: what the host's refuses to a container works, and does nothing outside.
    local probe
    for probe in mount sysrq hostname clock reboot exe; do
        sample "\"workload\":\"$probe\"" '"platform":"vm-linux"' '"verdict":"contained"'
        sample "\"workload\":\"$probe\"" '"platform":"container"' '"verdict":"refused"'
    done
    # What a container cannot hide.
    for probe in meminfo processors uptime boot; do
        sample "\"workload\":\"$probe\"" '"platform":"vm-linux"' '"verdict":"contained"'
        sample "\"workload\":\"$probe\"" '"platform":"container"' '"verdict":"allowed"'
    done
    sample '"workload":"cgroup"' '"platform":"native"' '"uid":0' '"verdict":"allowed"'
    sample '"workload":"release-agent"' '"platform":"native"' '"uid":0' '"verdict":"absent"'
    not_a_sample '"verdict":"unknown"'
}

a_vmm_asks_little_of_the_host() {
    measure syscalls "$everyone"
    local native container guest
    native=$(metric reachable_n '"platform":"native"')
    container=$(metric reachable_n '"platform":"container"')
    guest=$(metric reachable_n '"platform":"vm-linux"' '"source":"vmm"')
    within "by a container" $((guest + 1)) "$container" $((native - 1))
    within "by the guest's VMM" 1 "$guest" 100
}

limits_are_met() {
    measure limits "$everyone" --runs 1
    local platform reached
    for platform in container vm vm-linux; do
        reached=$(metric reached_bytes '"workload":"memory"' "\"platform\":\"$platform\"")
        within "memory of $platform" $((90 * MIB)) "$reached" $((128 * MIB))
    done
    sample '"workload":"memory"' '"platform":"(container|vm-linux)"' '"excess":"killed"' '"ceiling":"cgroup"'
    sample '"workload":"memory"' '"platform":"vm"' '"excess":"ENOMEM"'
    [ "$(metric reached_n '"workload":"processes"' '"platform":"container"' '"excess":"EAGAIN"')" = 16 ]
    sample '"workload":"quota"' '"platform":"container"' '"excess":"(throttled|unknown)"'
    cgroups_are_gone
}

a_guest_takes_memory_for_its_kernel() {
    measure footprint "$everyone" --runs 1
    local platform kernel bytes
    for platform in native container vm vm-linux; do
        kernel=$(metric kernel_bytes "\"platform\":\"$platform\"" '"instances":4')
        within "the kernel for $platform" 65536 "$kernel" $((16 * MIB))
    done
    bytes=$(($(metric guest_bytes '"platform":"vm-linux"' '"instances":4') -
        $(metric guest_bytes '"platform":"vm-linux"' '"instances":1')))
    # 8 MiB of each are the program's.
    within "three guests more" $((3 * 12 * MIB)) $bytes $((3 * 128 * MIB))
    within "the VMM" 4096 "$(metric tool_bytes '"platform":"vm-linux"' '"instances":1')" $((3 * MIB))
    sample '"platform":"vm-linux"' '"idle_cpu_ns":[0-9]'
    cgroups_are_gone
}

a_guest_boots_what_is_in_its_image() {
    measure image "$everyone" --runs 1
    [ "$(metric own_kernel_n '"platform":"vm-linux"')" = 1 ]
    [ "$(metric other_release_n '"platform":"vm-linux"')" = 1 ]
    [ "$(metric own_kernel_n '"platform":"container"')" = 0 ]
    [ "$(metric works_n '"trial":"versions"' '"platform":"vm-linux"')" = 2 ]
    [ "$(metric works_n '"trial":"versions"' '"platform":"native"')" = 1 ]
    [ "$(metric works_n '"trial":"static"' '"platform":"vm-linux"')" = 1 ]
    sample '"trial":"dynamic"' '"platform":"vm-linux"' '"works_n":0' 'dynamically linked'
    not_a_sample '"trial":"overlay"' '"status":"skipped"' 'ended with status'
    sample '"trial":"clone"' '"status":"skipped"' 'cannot clone'
}

a_boot_has_stages() {
    measure startup container,vm-linux --runs 1
    local guest container
    guest=$(metric first_output_ns '"mode":"single"' '"platform":"vm-linux"')
    container=$(metric first_output_ns '"mode":"single"' '"platform":"container"')
    within "a guest's boot" "$container" "$guest" 120000000000
    sample '"platform":"vm-linux"' '"mode":"single"' '"timeline":"yes"' '"create_vm_ns":[1-9]' '"no_stage_ns":[0-9]'
    sample '"platform":"vm-linux"' '"timeline":"yes"' '"kernel_to_init_ns":[1-9]'
}

# The verdicts on guests come out of what was measured above, all of it together.
claims_are_decided() {
    local folder folders=()
    for folder in "$results"/*-*; do folders+=("$folder"); done
    expect_status 0 virtlab merge --out "$scratch/merged" "${folders[@]}"
    folder=$scratch/merged/latest
    expect_status 0 virtlab claims --json "$folder"
    cp out ledger
    local id wanted
    while read -r id wanted; do
        index=$((10#${id#C} - 1))
        [ "$("$BUILD/tests/tools/jsoncheck" ledger "claims.$index.verdict")" = "$wanted" ] ||
            fail "$id is not $wanted: $(virtlab claims "$folder" "$id")"
    done <<CLAIMS
C04 supported
C05 supported
C07 supported
C30 supported
C13 not-run
CLAIMS
}

it "finds a guest's own kernel by all probes" a_guest_has_a_machine_of_its_own
it "counts the system calls that a guest's VMM may make" a_vmm_asks_little_of_the_host
it "meets the limits of cgroup v2 and of a guest's memory" limits_are_met
it "counts the memory of a guest, its VMM and the kernel" a_guest_takes_memory_for_its_kernel
it "starts a guest's own kernel" a_guest_boots_what_is_in_its_image
it "measures a guest's boot and its stages" a_boot_has_stages
it "judges claims about guests" claims_are_decided
finish
