#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm's ACPI tables, judged by ACPICA's own tools: the code that Linux's interpreter comes from.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Each table can be taken apart, and put together again, without a word.
accepts() {
    local cpus=$1 devices=$2 table
    "$BUILD/tests/tools/make_acpi" . "$cpus" "$devices"
    for table in XSDT FACP APIC DSDT; do
        expect_status 0 iasl -d $table.dat
        ! grep -Eiq 'warning|error|invalid|unknown' err || fail "$table: $(cat err)"
        expect_status 0 iasl -p again $table.dsl
        expect_match out '0 Errors, 0 Warnings, 0 Remarks'
    done
    [ "$(grep -c LNRO0005 DSDT.dsl)" = "$devices" ] || fail "another number of devices"
    [ "$(grep -c 'Processor Enabled : 1' APIC.dsl)" = "$cpus" ] || fail "another number of processors"
    # Descriptors that it does not understand it shows as a buffer of bytes.
    [ "$(grep -c "Memory32Fixed (" DSDT.dsl)" = "$devices" ] || fail "another number of registers"
    [ "$(grep -c "Interrupt (ResourceConsumer, Edge" DSDT.dsl)" = $((devices + 1)) ] || fail "another number of interrupts"
    [ "$(grep -c "IO (Decode16" DSDT.dsl)" = 2 ] || fail "another number of ports"
    ! grep -q "Buffer (" DSDT.dsl || fail "resources that are none: $(cat DSDT.dsl)"
    expect_match DSDT.dsl 'EisaId \("PNP0501"\)'
    expect_match FACP.dsl 'Hardware Reduced \(V5\) : 1'
}

it "describes the smallest machine as ACPI wants it" accepts 1 0
it "describes the largest machine as ACPI wants it" accepts 64 16
finish
