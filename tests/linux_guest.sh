# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of minivmm boot with Linux have in common. $guest is the guest system: small, debian.
guest=${guest:?small or debian}
guests=$BUILD/share/virtlab/guest
# /proc/sys/kernel/bootloader_type (Documentation/admin-guide/sysctl/kernel.rst)
# shellcheck disable=SC2034
LOADER_LINUX=255 LOADER_PVH=176
limit=240 # seconds for one boot: inside an emulated machine it takes up to a minute

need_guest() {
    need kvm-hw
    local suffix=-$guest
    [ -e "$guests/$guest/vmlinuz" ] || skip guest "there is no guest '$guest': make guest-linux${suffix%-debian}"
}

boot() {
    timeout --kill-after=5 $limit minivmm boot "$@"
}

# within SECONDS COMMAND...: wait until COMMAND is true.
within() {
    local seconds=$1 end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "waited $seconds s in vain for: $*$(printf "\n%s" "so far:" && tail -n 20 out 2>/dev/null)"
        sleep 0.1
    done
}

# start_guest OPTION...: boot in the background, as $vmm, with a shell on the console.
start_guest() {
    need_guest
    mkfifo keys
    boot "$@" <keys >out 2>err &
    timer=$!
    exec 6>keys
    prompts=0
    within $limit has_prompt
    vmm=$(cat "/proc/$timer/task/$timer/children")
}

# One prompt more than commands that were typed.
has_prompt() {
    kill -0 "$timer" 2>/dev/null || fail "minivmm has ended: $(tail -n 20 out err)"
    [ "$(grep -ao 'guest:[^ ]*# ' out | wc -l)" -gt "$prompts" ]
}

# has_line PATTERN: in what the guest has printed; where minivmm has ended, no more will come.
has_line() {
    grep -aEq -- "$1" out && return
    kill -0 "$timer" 2>/dev/null || fail "minivmm has ended: $(tail -n 20 out err)"
    return 1
}

# at_prompt COMMAND [PATTERN]: type it; with PATTERN, until its output has a line like that.
at_prompt() {
    within 60 has_prompt
    prompts=$((prompts + 1))
    printf '%s\n' "$1" >&6
    [ $# = 1 ] || within 60 has_line "$2"
}

# end_guest STATUS: it ends by itself, so.
end_guest() {
    status=0
    wait "$timer" || status=$?
    exec 6>&-
    [ "$status" = "$1" ] || fail "status $status, not $1: $(tail -n 20 out err)"
    [ ! -e "/proc/$vmm" ] || fail "minivmm is still there"
}

# Two boots: what the first wrote to its disks, the second finds; and only where it should.
disks_keep_what_is_written() {
    need_guest
    truncate -s 16M plain
    mke2fs -q -t ext4 -b 1024 image 8M
    cp image cow
    cp image ro
    sha256sum cow ro >sums
    cat >write_script <<'GUEST'
set -e
mkdir -p /a /b /c
busybox mke2fs /dev/vda >/dev/null 2>&1
mount -t ext2 /dev/vda /a 2>/dev/null || mount -t ext4 /dev/vda /a
mount -t ext4 /dev/vdb /b
mount -t ext4 -o ro /dev/vdc /c
echo kept >/a/file
dd if=/dev/urandom of=/a/data bs=64k count=100 2>/dev/null
(cd /a && sha256sum data >sum)
echo forgotten >/b/file && sync && cat /b/file
echo no 2>/dev/null >/dev/vdc && dd if=/dev/zero of=/dev/vdc bs=4k count=1 2>/dev/null && echo "written to a read-only disk"
cat /sys/block/vdc/ro
umount /a /b /c
exit 5
GUEST
    cat >read_script <<'GUEST'
set -e
mkdir -p /a /b
mount -t ext4 /dev/vda /a
mount -t ext4 /dev/vdb /b
cat /a/file
(cd /a && sha256sum -c sum)
[ ! -e /b/file ] || echo "the overlay was kept"
GUEST
    # shellcheck disable=SC2054 # the commas are within words
    local disks=(--disk plain --disk cow,cow --disk ro,ro)
    expect_status 5 boot --guest "$guest" --cpus 2 "${disks[@]}" --file /script=write_script -- busybox sh /script
    printf 'forgotten\n1\n' | diff - out
    sha256sum -c sums
    expect_status 0 boot --guest "$guest" "${disks[@]}" --file /script=read_script -- busybox sh /script
    printf 'kept\ndata: OK\n' | diff - out
    sha256sum -c sums
    debugfs -R 'cat /file' plain 2>/dev/null | grep -qx kept || fail "the image has no such file"
}

# One boot: a tap interface and the network of user space, both ways, and random numbers.
networks_and_random_numbers() {
    need_guest
    need root
    [ -e /dev/net/tun ] || skip root "no /dev/net/tun"
    head -c 400000 /dev/urandom >data
    cat >script <<'GUEST'
ip link set eth0 up && ip addr add 10.77.0.2/24 dev eth0
ip link set eth1 up && ip addr add 10.0.2.15/24 dev eth1
ping -c 3 10.77.0.1 | grep -c 'bytes from'
nc 10.77.0.1 7001 </data
# The host's loopback, which 10.0.2.2 would stand for, is closed to guests.
ip route add 192.0.2.1 via 10.0.2.2 dev eth1
nc 192.0.2.1 7002 </data
nc -l -p 7 >/tmp/back </dev/null &
listener=$!
until grep -q ":0007 .* 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null; do sleep 0.1; done
echo listening
wait $listener
cmp /data /tmp/back && echo forwarded
cat /sys/class/misc/hw_random/rng_current
dd if=/dev/hwrng bs=1000 count=10 iflag=fullblock 2>/dev/null | wc -c
GUEST
    cat >host <<'HOST'
set -e
busybox ip link set lo up
busybox tunctl -t tap0 >/dev/null
busybox ip addr add 10.77.0.1/24 dev tap0
busybox ip link set tap0 up
busybox ip addr add 192.0.2.1/32 dev lo
# Input without an end: where it ended, nc would close, and its other end stop sending.
mkfifo endless
exec 7<>endless
busybox nc -l -p 7001 >by-tap <endless &
busybox nc -l -p 7002 >by-user <endless &
(
    for ((try = 0; try < 2400; try++)); do
        if grep -q listening out; then break; fi
        sleep 0.1
    done
    exec 8<>/dev/tcp/127.0.0.1/7003 && cat data >&8
) &
timeout --kill-after=5 "$1" minivmm boot --guest "$2" --net tap=tap0 --net user,tcp:7003:7 --rng \
    --file /data=data --file /script=script -- busybox sh /script >out 2>err
HOST
    : >out
    # In a network of their own, of which nothing is left.
    unshare --net --kill-child --fork bash host $limit "$guest" || fail "status $?: $(cat out err)"
    cmp data by-tap || fail "tap: $(wc -c <by-tap) bytes"
    cmp data by-user || fail "user: $(wc -c <by-user) bytes"
    printf '3\nlistening\nforwarded\nvirtio_rng.0\n10000\n' | diff - out
}
