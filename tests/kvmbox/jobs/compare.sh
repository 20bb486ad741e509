#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm beside QEMU's microvm: the same kernel, initial file system, command line and disk, in
# turn. What is counted is exits, by KVM itself (debugfs), for both alike. Times are printed, but
# in an emulated machine they indicate at most a direction. Runs as it is on a host with KVM, too,
# as root: jobs/compare.sh, with VIRTLAB_BUILD and KVMBOX_ROUNDS.
set -u
export VIRTLAB_BUILD=${VIRTLAB_BUILD:-$PWD/build}
. tests/lib.sh
guest=$VIRTLAB_BUILD/share/virtlab/guest/small
counters=/sys/kernel/debug/kvm
rounds=${KVMBOX_ROUNDS:-1} # exits hardly differ; for times on a host, take more
words="console=ttyS0 quiet panic=-1 virtlab.script=/script"
cd "$scratch" || exit

# The guest says when it has come so far, and stands still until it has been looked at.
make_guest() {
    mkdir tree
    cp "$VIRTLAB_BUILD/tests/guests/boot_read" tree/
    cat >tree/script <<'GUEST'
echo reached boot
sleep 2
if [ -e /dev/vda ]; then
    /boot_read /dev/vda sequential 65536 && echo reached sequential
    sleep 2
    /boot_read /dev/vda random 65536 && echo reached random
fi
sleep 1000
GUEST
    { cat "$guest/initrd" && (cd tree && find . -mindepth 1 | cpio --quiet -o -H newc); } >initrd
    truncate -s 64M disk
}

start_minivmm() {
    exec minivmm boot --kernel "$guest/vmlinuz" --initrd initrd --append "$words" --mem 128M "$@"
}

start_qemu() {
    exec qemu-system-x86_64 -M microvm,x-option-roms=off,rtc=on,pit=on,pic=on,isa-serial=on -accel kvm \
        -cpu host -m 128 -smp 1 -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$guest/vmlinuz" -initrd initrd -append "$words" -serial stdio "$@"
}

# count NAME: the counter of the one VM there is; adds up its vCPUs.
count() {
    cat "$counters/$pid"-*/"$1" 2>/dev/null || echo 0
}

# reach MARK: wait for it, and print its exits so far: all, to user space by port, by MMIO.
reach() {
    local tries
    for ((tries = 0; tries < 6000; tries++)); do
        if grep -aq "^reached $1" serial; then
            echo "$(count exits) $(count io_exits) $(count mmio_exits)"
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.02
    done
    tail -n 5 serial errors >&2
    return 1
}

# run_one WHO [OPTION...]: boot, and print the milliseconds to the script and the exits.
run_one() {
    local who=$1 start=$EPOCHREALTIME end mark
    shift
    : >serial
    (start_"$who" "$@") >serial 2>errors </dev/null &
    pid=$!
    # shellcheck disable=SC2064 # now, not then
    trap "kill -KILL $pid 2>/dev/null || :" EXIT
    mark=$(reach boot) || return 1
    end=$EPOCHREALTIME
    echo "boot $(((${end/./} - ${start/./}) / 1000)) $mark $(overhead)" >>"$who"
    for mark in "${marks[@]}"; do
        echo "$mark 0 $(reach "$mark")" >>"$who" || return 1
    done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || :
}

# overhead: KiB of the process that are not the guest's memory: the adjacent mappings that make up
# 128 MiB in all.
overhead() {
    awk '/^[0-9a-f]+-[0-9a-f]+ / { split($1, ends, "-"); if (ends[1] != last) first = n + 1; last = ends[2]; n++; start[n] = first }
        $1 == "Size:" { size[n] = $2 } $1 == "Pss:" { pss[n] = $2; all += $2 }
        END {
            for (i = 1; i <= n; i++) {
                bytes = 0; held = 0
                for (j = i; j <= n && start[j] == start[i] && bytes < 131072; j++) { bytes += size[j]; held += pss[j] }
                if (bytes == 131072) { print all - held; exit }
            }
            print "unknown"
        }' "/proc/$pid/smaps"
}

# median WHO MARK FIELD
median() {
    awk -v mark="$2" -v field="$3" '$1 == mark { print $field }' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

boots_in_turn() {
    cd "$scratch"
    marks=()
    local round
    for ((round = 0; round < rounds; round++)); do
        run_one minivmm
        run_one qemu
    done
}

reads_a_disk() {
    cd "$scratch"
    marks=(sequential random)
    run_one minivmm --disk disk,ro
    run_one qemu -drive if=none,id=d,format=raw,readonly=on,file=disk -device virtio-blk-device,drive=d
}

# to_user WHO MARK [BEFORE]: exits by port and MMIO up to a mark, or since another one.
to_user() {
    local all
    all=$(($(median "$1" "$2" 4) + $(median "$1" "$2" 5)))
    [ $# = 2 ] || all=$((all - $(median "$1" "$3" 4) - $(median "$1" "$3" 5)))
    echo $all
}

fewer_exits_than_qemu() {
    cd "$scratch"
    local mine theirs
    mine=$(to_user minivmm boot) theirs=$(to_user qemu boot)
    [ "$mine" -gt 0 ] && [ "$theirs" -gt 0 ] && [ "$mine" -lt "$theirs" ]
}

disk_exits_are_not_more() {
    cd "$scratch"
    [ "$(to_user minivmm sequential boot)" -le "$(to_user qemu sequential boot)" ]
    [ "$(to_user minivmm random sequential)" -le "$(to_user qemu random sequential)" ]
}

make_guest
it "both boot the small kernel to a script" boots_in_turn
it "minivmm has fewer exits by port and MMIO than QEMU's microvm until then" fewer_exits_than_qemu
for who in minivmm qemu; do
    [ -s $who ] || continue
    echo "# $who: boot $(median $who boot 2) ms (emulated, indicative), $(median $who boot 3) exits, of them" \
        "by port $(median $who boot 4), MMIO $(median $who boot 5); Pss beside the guest's memory $(median $who boot 6) KiB"
    mv $who boot.$who
done
if [ -s boot.minivmm ] && [ -s boot.qemu ]; then
    awk -v a="$(median boot.minivmm boot 2)" -v b="$(median boot.qemu boot 2)" \
        'BEGIN { printf "# time of boot, minivmm / QEMU: %.2f (emulated, indicative)\n", a / b }'
fi
it "both read a disk of 64 MiB" reads_a_disk
it "minivmm has no more exits for it than QEMU" disk_exits_are_not_more
for who in minivmm qemu; do
    [ -s $who ] || continue
    echo "# $who: virtio-blk, 64 MiB: in order by 64 KiB $(to_user $who sequential boot) exits by port and MMIO" \
        "($(($(median $who sequential 3) - $(median $who boot 3))) in all), at random" \
        "$(to_user $who random sequential) ($(($(median $who random 3) - $(median $who sequential 3))) in all)"
done
finish
