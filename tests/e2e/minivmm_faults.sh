#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm run: what a program does wrong ends it as on a host, with one line that says what it was.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guests=$BUILD/tests/guests

# The fault ends the program by the same signal as natively, and the line matches.
fault() {
    local name=$1 line=$2 native=0 status=0
    need kvm
    "$guests/vmm_faults" "$name" >/dev/null 2>&1 || native=$?
    minivmm run --timeout 30 "$guests/vmm_faults" "$name" >out 2>err || status=$?
    [ "$status" = "$native" ] || fail "status $status, natively $native: $(cat err)"
    # QEMU's processor does not raise this one: then the machine must not either.
    if [ "$name" = floating-point ] && [ "$native" -le 128 ]; then return; fi
    [ "$native" -gt 128 ] || fail "natively it ends with $native"
    expect_one_line err "^minivmm: .*vmm_faults: $line"
}

at='at RIP 0x[0-9a-f]+'
while IFS='~' read -r name line; do
    it "tells of $name" fault "$name" "$line"
done <<LINES
null-write~Segmentation fault: page fault \(#PF\) writing address 0x0 $at, in write_to_null\+0x0: null pointer\$
null-field~Segmentation fault: .* reading address 0x80 .*: null pointer\$
text~Segmentation fault: .* writing address .*in write_to_text.*: program text is not writable\$
constant~Segmentation fault: .* writing .*: memory is read-only\$
execute-data~Segmentation fault: .* executing .*: data is not executable\$
execute-stack~Segmentation fault: .* executing .*: data is not executable\$
illegal~Illegal instruction: undefined opcode \(#UD\) $at, in illegal_instruction
division~(Arithmetic|Floating point) exception: division error \(#DE\) $at, in division
stack~Segmentation fault: .* in recurse.*: stack overflow\$
wild~Segmentation fault: .* reading address 0x123456789000 .*: nothing is mapped there\$
noncanonical~Segmentation fault: general protection fault \(#GP\)
privileged~Segmentation fault: general protection fault \(#GP\)
breakpoint~Trace/breakpoint trap: breakpoint \(#BP\)
port~Segmentation fault: general protection fault \(#GP\)
hypercall-port~Segmentation fault: (port I/O by the program|general protection fault)
protected~Segmentation fault: .* writing .*: memory is read-only\$
no-access~Segmentation fault: .* reading .*: access is not allowed\$
unmapped~Segmentation fault: .* reading .*: nothing is mapped there\$
machine-tables~Segmentation fault: .* reading address 0x7fffffffd000
machine-stack~Segmentation fault: .* writing address 0x7fffffffe000
machine-entry-write~Segmentation fault: .* writing address 0x7fffffffb000
machine-fault-entry~Segmentation fault: .* executing address 0x7fffffffc000
machine-entry~Segmentation fault: (page fault|general protection fault)
floating-point~(Arithmetic|Floating point) exception: SIMD floating-point error \(#XM\)
abort~Aborted\$
LINES

a_software_interrupt_is_no_system_call() {
    need kvm
    status_of minivmm run --timeout 30 "$guests/vmm_faults" interrupt
    case $status in
    132 | 139) ;; # the software back end says #UD, a processor #GP
    *) fail "status $status" ;;
    esac
    expect_one_line err 'in software_interrupt'
}

a_stripped_program_has_no_symbols() {
    need kvm
    strip -o stripped "$guests/vmm_faults"
    expect_status 139 minivmm run ./stripped null-write
    expect_one_line err "$at: null pointer"
}

a_position_independent_program_has_symbols() {
    need kvm
    echo 'int main(void) { *(volatile int *)0 = 1; }' >pie.c
    gcc -O1 -static-pie -fPIE -o pie pie.c
    expect_status 139 minivmm run ./pie
    expect_one_line err 'in main\+'
}

it "takes no system calls by INT 0x80" a_software_interrupt_is_no_system_call
it "reports faults of stripped programs" a_stripped_program_has_no_symbols
it "finds the symbols of static-pie programs" a_position_independent_program_has_symbols
finish
