# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The box: a machine with emulated SVM and pure cgroup v2, made by QEMU without KVM, in which the
# tests run as root of a system of their own. A test file sources this and says
#
#     box JOB SECONDS
#
# jobs/JOB.sh runs inside and writes TAP to its standard output (../run does, with VIRTLAB_TAP=1),
# which becomes the file's own. A box that dies early, or is not ready after SECONDS, leaves TAP
# without a plan, which ../run counts as a failure. What it said is kept where a test failed.
set -u
BOX=${VIRTLAB_BUILD:?run the tests by make test-kvmbox}/kvmbox

# why_not: why no box can be made here; nothing where one can.
why_not() {
    if ! command -v qemu-system-x86_64 >/dev/null; then
        echo "no qemu-system-x86_64: make setup TIERS=kvmbox"
    elif [ ! -e "$BOX/disk" ]; then
        cat "$BOX/why" 2>/dev/null || echo "no box has been made: make test-kvmbox"
    fi
}

# watch QEMU: end it when the box has given no sign of life (inside.sh) for so long that it
# cannot be slowness. That is no test's doing: a test that hangs does not stop the box's clock.
watch() {
    local size last=-1 silent=0 never
    exec {never}<> <(:)
    while kill -0 "$1" 2>/dev/null; do
        read -rt 5 -u "$never"
        size=$(stat -c %s "$folder/life")
        silent=$((size == last ? silent + 5 : 0)) last=$size
        [ $silent -lt 120 ] || { touch "$folder/still" && kill "$1"; }
    done
}

# run_box: until it has switched itself off. Sets $status.
run_box() {
    local qemu watcher
    rm -rf "$folder"
    mkdir "$folder"
    : >"$folder/life"
    status=0
    # All boxes share the disk: what one writes to it goes to a file that has no name any more.
    # One processor: two boxes run side by side on two cores anyway, and with two processors in an
    # SVM guest QEMU 7.2 now and then stood still, both waiting for the other.
    # The PC, not the microvm: without an ACPI timer or HPET, a kernel cannot always calibrate its
    # clock on a busy host.
    TMPDIR=$folder setpriv --pdeathsig TERM timeout --kill-after=5 "$seconds" \
        setpriv --pdeathsig KILL qemu-system-x86_64 -accel tcg -M pc \
        -cpu max,+svm -smp 1 -m 3072 -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$BOX/vmlinuz" -initrd "$BOX/initrd" -append "console=ttyS0 panic=-1 kvmbox.job=$job" \
        -drive "if=none,id=disk,format=raw,file=$BOX/disk,snapshot=on" -device virtio-blk-pci,drive=disk \
        -serial "file:$folder/console" -serial "file:$folder/results" \
        -serial "file:$folder/life" </dev/null 2>"$folder/qemu" &
    qemu=$!
    watch $qemu &
    watcher=$!
    # shellcheck disable=SC2064 # now, not then
    trap "kill $qemu $watcher 2>/dev/null" EXIT
    wait $qemu || status=$?
    kill $watcher
    wait $watcher
    trap - EXIT
}

box() {
    local job=$1 seconds=$2 folder=$BOX/$1 reason status
    reason=$(why_not)
    if [ -n "$reason" ]; then
        echo "ok 1 - the tests of $job in the box # SKIP [kvmbox] $reason"
        echo "1..1"
        return
    fi
    run_box
    # QEMU 7.2 now and then stands still when it emulates SVM. Once is bad luck.
    if [ -e "$folder/still" ]; then
        echo "# QEMU stood still after $(stat -c %s "$folder/life") signs of life: once more"
        run_box
    fi
    cat "$folder/results"
    if [ "$status" = 0 ] && grep -q '^1\.\.' "$folder/results" && ! grep -q '^not ok' "$folder/results"; then
        rm -rf "$folder"
        return
    fi
    [ "$status" != 124 ] || echo "# the box was not ready after $seconds s"
    [ "$status" = 0 ] || echo "# QEMU ended with $status: $(head -c 300 "$folder/qemu")"
    grep -q '^1\.\.' "$folder/results" || tail -n 20 "$folder/console" | tr -d '\r' | sed 's/^/# console: /'
    echo "# kept: $folder (console, results)"
}
