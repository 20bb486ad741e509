#!/bin/bash
# SPDX-License-Identifier: MIT
# What a program in a container must not be able to do, tried out.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

GUESTS=$BUILD/tests/guests
CALL=$GUESTS/container_call

run() {
    if [ "${AS_USER:-}" ]; then
        as_user "$BUILD/bin/minicontainer" run "$@"
    else
        minicontainer run "$@"
    fi
}

can_run() {
    if [ "${AS_USER:-}" ]; then need user; fi
    run busybox true 2>why || skip user "$(tail -n 1 why)"
}

# refused ERRNO CALL...: each of these calls fails so inside.
refused() {
    local wanted=$1 call
    shift
    for call in "$@"; do
        run "$CALL" "$call" >out
        [ "$(cat out)" = "$wanted" ] || fail "$call: $(cat out), not $wanted"
    done
}

filters_system_calls() {
    can_run
    refused EPERM mount umount unshare-user clone-user setns chroot sethostname settime bpf keyctl \
        io-uring userfaultfd perf open-by-handle module syslog vsock personality
    refused ENOSYS clone3 new-call x32
    # So that it is seen that the calls can be made at all:
    refused "done" unix-socket ask-personality
}

filters_32_bit_calls() {
    can_run
    # 128 + SIGSYS: another way into the kernel has other numbers.
    expect_status 159 run "$CALL" int80
}

filters_typing_into_the_terminal() {
    can_run
    refused EPERM tiocsti tiocsti-high
}

has_few_capabilities() {
    can_run
    run busybox grep Cap /proc/self/status >out
    # CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, NET_BIND_SERVICE
    printf '%s:\t%016x\n' CapInh 0 CapPrm 0x4fb CapEff 0x4fb CapBnd 0x4fb CapAmb 0 >expected
    diff expected out
    refused EPERM mknod-block mknod-char raw-socket
    run "$CALL" bounded-sys-admin >out
    run busybox grep NoNewPrivs /proc/self/status >out
    expect_one_line out '1$'
}

# A device is not there, or it is there and its group is enough; nothing else comes with it.
gives_a_device_only_when_asked() {
    can_run
    need kvm
    expect_status 1 run busybox test -e /dev/kvm
    # Where it is root's alone, as without udev, the node is all that there is to get.
    local opens='exec 3<>/dev/kvm;'
    case $(stat -c %A /dev/kvm) in
    ????rw* | ???????rw*) ;;
    *) opens= ;;
    esac
    run --user 1000 --device /dev/kvm -- busybox sh -c "$opens id -G; ls /dev" >out
    expect_match out '^kvm$'
    [ "$(head -n 1 out | wc -w)" -le 2 ] || fail "more groups than the device's: $(head -n 1 out)"
    expect_status 125 run --device /dev/../etc/passwd -- busybox true
    expect_status 125 run --device /dev/none-such -- busybox true
    expect_status 125 run --device /dev/shm -- busybox true
    expect_match err 'no character device'
}

keeps_pid_1_out_of_reach() {
    can_run
    refused EACCES open-init-namespace open-init-exe open-init-root open-init-memory
    refused EPERM ptrace-init
    run busybox sh -c 'kill -9 1; kill -STOP 1; grep State /proc/1/status; grep CapEff /proc/1/status' >out
    expect_match out 'State:.*[SR]'
    expect_match out '0000000000000020'
}

hides_kernel_files() {
    can_run
    local path
    # The list of the OCI tools; what this kernel has not got cannot be seen either.
    for path in /proc/acpi /proc/asound /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list \
        /proc/timer_stats /proc/sched_debug /proc/scsi /sys/firmware /sys/devices/virtual/powercap; do
        if [ -e $path ]; then
            # To be empty is not enough, since much of it is so by the user namespace already.
            run busybox awk -v p=$path '$2 == p' /proc/mounts >out
            [ -s out ] || fail "nothing covers $path"
        fi
        if [ -d $path ]; then
            run busybox ls -A $path >out
            [ ! -s out ] || fail "$path shows $(cat out)"
            run busybox sh -c "touch $path/x 2>/dev/null || echo refused" >out
            expect_one_line out '^refused$'
        elif [ -e $path ]; then
            run busybox cat $path >out
            [ ! -s out ] || fail "$path shows something"
        else
            run busybox sh -c "[ -e $path ] || echo absent" >out
            expect_one_line out '^absent$'
        fi
    done
}

keeps_kernel_settings_from_being_written() {
    can_run
    local path
    for path in /proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger; do
        [ -e $path ] || continue
        run busybox awk -v p=$path '$2 == p { print $4 }' /proc/mounts >out
        expect_one_line out '^ro,'
    done
    run busybox sh -c 'echo x >/proc/sys/kernel/domainname || echo refused' >out 2>err
    expect_one_line err 'Read-only file system'
    run busybox sh -c 'echo 1 >/sys/kernel/profiling || echo refused' >out 2>err
    expect_one_line out '^refused$'
}

has_no_writable_mount_of_the_host() {
    can_run
    # Whatever is writable inside is the container's own, or a plain device.
    run busybox cat /proc/mounts >out
    local type options point
    while read -r _ point type options _; do
        case $type,$options in
        *,ro,* | tmpfs,rw,* | proc,rw,* | devpts,rw,*) ;;
        *) case $point in /dev/* | /proc/*) ;; *) fail "writable: $point ($type, $options)" ;; esac ;;
        esac
        case $options in
        *nosuid*) ;;
        *) fail "set-user-ID works on $point" ;;
        esac
    done <out
    # And what is mounted inside is not seen outside.
    ! grep -q "$BUILD/bin" /proc/self/mountinfo
}

closes_the_hosts_descriptors() {
    can_run
    local n
    exec 7</ 8</etc 9<"$BUILD"
    run busybox ls /proc/self/fd >out
    # The fourth is the one by which ls reads the folder.
    [ "$(tr '\n' ' ' <out)" = "0 1 2 3 " ] || fail "open inside: $(cat out)"
    for n in 3 4 5 6 7 8 9 10; do
        status_of run --workdir /proc/self/fd/$n busybox cat ../../etc/passwd
        [ "$status" = 125 ] || fail "--workdir /proc/self/fd/$n ended with $status: $(cat out err)"
    done
    exec 7<&- 8<&- 9<&-
}

takes_no_folder_of_the_host_as_input_or_output() {
    can_run
    expect_status 125 run busybox true </
    expect_one_line err "^minicontainer run: standard input is a folder, which would lead out"
    # expect_status has the outputs for itself.
    status=0
    run busybox true 2>err 1</ || status=$?
    [ "$status" = 125 ]
    expect_one_line err "standard output is a folder"
    status=0
    run busybox true >out 2</ || status=$?
    [ "$status" = 125 ]
    expect_status 125 "$GUESTS/container_path" /etc/passwd minicontainer run busybox true
    expect_one_line err "standard input is opened by O_PATH"
}

does_not_follow_links_of_an_image() {
    can_run
    mkdir -p outside
    echo untouched >outside/file
    make_root
    # Mount points of the container itself.
    local name
    for name in proc sys dev tmp; do
        mv root/$name root/real-$name
        ln -s "$PWD/outside" root/$name
        status_of run --rootfs root sh -c 'echo in'
        [ "$status" = 125 ] || fail "/$name: ended with $status"
        expect_one_line err "'$name' is a symbolic link"
        rm root/$name
        mv root/real-$name root/$name
    done
    # Mount points that the caller asks for: a link at the end is refused, one on the way leads to a
    # place inside the image, however many ".." it has.
    ln -s "$PWD/outside/file" root/link
    status_of run --rootfs root --file /link=outside/file sh -c true
    [ "$status" = 125 ] && expect_one_line err 'is a symbolic link'
    ln -s ../../../../.. root/up
    [ -z "${AS_USER:-}" ] || chown -R 65534 root outside
    expect_status 0 run --rootfs root --file /up/opt/new=outside/file \
        sh -c 'read x </opt/new; echo $x'
    expect_one_line out '^untouched$'
    [ -e root/opt/new ] || fail "the mount point is not in the image"
    [ -z "$(find / -maxdepth 2 -path /opt/new)" ] || fail "a mount point was made outside the image"
    # The program itself.
    ln -s /proc/self/exe root/self
    expect_status 126 run --rootfs root /self --version
    printf '#!/proc/self/exe\n' >root/script
    printf '#!/script\n' >root/script2
    chmod 755 root/script root/script2
    expect_status 126 run --rootfs root /script
    expect_status 126 run --rootfs root /script2
}

make_root() {
    mkdir -p root/bin root/proc root/sys root/dev root/tmp
    cp "$(command -v busybox)" root/bin/sh
    [ -z "${AS_USER:-}" ] || chown -R 65534 root
}

ignores_set_user_id_and_devices_of_an_image() {
    need root
    can_run
    make_root
    cp "$(command -v busybox)" root/bin/id
    chown 0:0 root/bin/id
    chmod 4755 root/bin/id
    mknod root/disk c 1 3
    chmod 666 root/disk
    run --rootfs root --user 1000 sh -c '/bin/id -u; echo x >/disk || echo refused' >out 2>err
    [ "$(tr '\n' ' ' <out)" = "1000 refused " ] || fail "$(cat out err)"
    # Nor without a user namespace.
    run --no-userns --rootfs root --user 1000 sh -c '/bin/id -u; echo x >/disk || echo refused' >out 2>err
    [ "$(tr '\n' ' ' <out)" = "1000 refused " ] || fail "$(cat out err)"
}

leaves_the_tool_as_it_is() {
    need root
    can_run
    local before
    before=$(sha256sum <"$BUILD/bin/minicontainer")
    make_root
    local mode
    for mode in '' --no-userns; do
        # shellcheck disable=SC2086 # no option, or one
        run $mode --rootfs root sh -c 'for p in /proc/[0-9]*; do echo x >$p/exe; done' >out 2>err || :
    done
    [ "$(sha256sum <"$BUILD/bin/minicontainer")" = "$before" ]
}

is_confined_without_a_user_namespace_too() {
    need root
    can_run
    run --no-userns busybox sh -c 'id -u; grep -E "Cap(Eff|Bnd)" /proc/self/status; cat /proc/self/uid_map' >out
    expect_match out '^0$'
    [ "$(grep -c '00000000000004fb' out)" = 2 ]
    for call in mount unshare-user setns chroot sethostname settime bpf module syslog mknod-block raw-socket; do
        run --no-userns "$CALL" $call >out
        expect_one_line out '^EPERM$'
    done
    run --no-userns busybox sh -c 'echo x >/proc/sys/kernel/domainname' >out 2>err || :
    expect_one_line err 'Read-only'
    run --no-userns --user 1000 busybox grep Groups /proc/self/status >out
    expect_one_line out '^Groups:[[:space:]]*$'
}

refuses_no_userns_to_an_ordinary_user() {
    AS_USER=1 can_run
    AS_USER=1
    expect_status 125 run --no-userns busybox true
    expect_one_line err 'only root may'
}

cannot_name_users_that_are_not_mapped() {
    need root
    can_run
    status_of run --user 70000 busybox true
    [ "$status" = 125 ]
    expect_one_line err 'cannot become'
}

# Its limits stay, also where its own user may write them.
nested_makes_no_cgroup_namespace() {
    can_run
    run --nested "$CALL" unshare-user >out
    expect_one_line out '^done$'
    run --nested "$CALL" unshare-cgroup >out
    expect_one_line out '^EPERM$'
}

# Root without the capability to give other users: root inside would be the machine's.
nested_is_refused_where_root_is_the_machines() {
    need root
    can_run
    expect_status 125 setpriv --bounding-set -setuid --inh-caps -setuid \
        minicontainer run --nested busybox true
    expect_one_line err 'not safe here'
}

for AS_USER in '' 1; do
    as=${AS_USER:+, as an ordinary user}
    it "filters system calls$as" filters_system_calls
    it "filters 32-bit calls$as" filters_32_bit_calls
    it "filters typing into the terminal$as" filters_typing_into_the_terminal
    it "has few capabilities$as" has_few_capabilities
    it "keeps pid 1 out of reach$as" keeps_pid_1_out_of_reach
    it "hides kernel files$as" hides_kernel_files
    it "keeps kernel settings from being written$as" keeps_kernel_settings_from_being_written
    it "has no writable mount of the host$as" has_no_writable_mount_of_the_host
    it "closes the host's descriptors$as" closes_the_hosts_descriptors
    it "takes no folder of the host as input or output$as" \
        takes_no_folder_of_the_host_as_input_or_output
    it "does not follow links of an image$as" does_not_follow_links_of_an_image
    it "makes no cgroup namespace with --nested$as" nested_makes_no_cgroup_namespace
done
unset AS_USER
it "ignores set-user-ID and devices of an image" ignores_set_user_id_and_devices_of_an_image
it "leaves the tool's own file as it is" leaves_the_tool_as_it_is
it "is confined without a user namespace too" is_confined_without_a_user_namespace_too
it "refuses --no-userns to an ordinary user" refuses_no_userns_to_an_ordinary_user
it "cannot name users that are not mapped" cannot_name_users_that_are_not_mapped
it "refuses --nested where root inside is the machine's root" nested_is_refused_where_root_is_the_machines
it "gives a device only when it is asked for, and its group alone" gives_a_device_only_when_asked
finish
