#!/bin/bash
# SPDX-License-Identifier: MIT
# The first process of the box: makes it a system that tests can run in, runs the job that the
# kernel's command line names (kvmbox.job=NAME: jobs/NAME.sh), and switches the box off. The job's
# output goes to the second serial port, where the host reads TAP.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs -o nosuid devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev tmpfs /dev/shm
mount -t tmpfs -o nosuid,nodev tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t debugfs debugfs /sys/kernel/debug
ln -sf /proc/self/fd /dev/fd
hostname kvmbox
busybox ip link set lo up
read -ra modules </modules/order
for module in "${modules[@]}"; do
    [ ! -e "/modules/$module.ko" ] || busybox insmod "/modules/$module.ko"
done

# A sign of life every second, for the host.
while sleep 1; do printf .; done >/dev/ttyS2 &

cd /virtlab || exit
job=$(sed 's/.*kvmbox\.job=\([a-z0-9_]*\).*/\1/' /proc/cmdline)
stty -F /dev/ttyS1 raw
"tests/kvmbox/jobs/$job.sh" </dev/null >/dev/ttyS1
echo o >/proc/sysrq-trigger
sleep 1000
