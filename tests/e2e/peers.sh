#!/bin/bash
# SPDX-License-Identifier: MIT
# The other tools of peers.conf: measured like our own boxes, or skipped with what to install.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

samples=results/latest/samples.jsonl

# ok PLATFORM N: so many single runs of it, all ok.
ok() {
    local good all
    good=$(grep "\"mode\":\"single\".*\"platform\":\"$1\"" $samples | grep -c '"status":"ok"')
    all=$(grep -c "\"mode\":\"single\".*\"platform\":\"$1\"" $samples)
    [ "$good:$all" = "$2:$2" ] ||
        fail "$1: not $2 samples that are ok: $(grep "\"platform\":\"$1\"" $samples)"
}

verdict() {
    sed -n "s/.*\"platform\":\"$1\",\"workload\":\"$2\".*\"verdict\":\"\([a-z]*\)\".*/\1/p" $samples
}

every_peer_is_there_or_skipped() {
    need root
    local peer
    local all=crun,runc,bwrap,unshare,nspawn,lxc,podman,docker,qemu-user,qemu-kvm,qemu-tcg
    all=$all,firecracker,cloud-hypervisor,kvmtool,solo5
    expect_status 0 virtlab bench startup --peers --platform $all --runs 1 --json
    "$BUILD/tests/tools/jsoncheck" out
    for peer in ${all//,/ }; do
        grep "\"platform\":\"$peer\"" $samples >line || fail "$peer has no sample"
        grep -Eq '"status":"(ok|failed|timeout)"|"status":"skipped","reason":"[^"]' line ||
            fail "$(cat line)"
        # Whoever is not there is skipped with the package that has it.
        ! grep -q 'there is no command' line || expect_match line 'its package: [a-z]'
    done
}

a_missing_tool_is_named_with_its_package() {
    cat >platforms <<'END'
[missing]
package = no-such-package
needs = no-such-command --version
start = no-such-command {program}
[broken]
package = no-such-package
needs = false
start = {program}
END
    expect_status 0 virtlab bench startup --platforms platforms --runs 1
    grep -q "\"platform\":\"missing\".*\"status\":\"skipped\",\"reason\":\"there is no command 'no-such-command' here; its package: no-such-package\"" $samples
    # What is there and does not work is not missing.
    grep -q "\"platform\":\"broken\".*\"reason\":\"'false' ended with status 1\"" $samples
}

commands_follow_one_another() {
    cat >platforms <<END
[two]
prepare = mkdir {tmp}/one ; mkdir {tmp}/one/two
start = {program} {args}
cleanup = rmdir {tmp}/one/two ; touch $PWD/cleaned
[second-fails]
prepare = true ; false ; touch $PWD/third
start = {program} {args}
END
    expect_status 0 virtlab bench startup --platforms platforms --runs 2
    ok two 2
    [ -e cleaned ]
    grep -q "\"platform\":\"second-fails\".*\"status\":\"failed\",\"reason\":\"'false' ended with status 1\"" $samples
    [ ! -e third ]
}

runtimes_have_their_samples() {
    need root peers
    expect_status 0 virtlab bench startup --peers --runs 2 --platform native,crun,runc,bwrap,unshare
    local peer
    for peer in crun runc bwrap; do ok $peer 2; done
}

the_matrix_takes_peers() {
    need root peers
    expect_status 0 virtlab bench escape --peers --platform crun,runc,bwrap
    local peer probe
    for peer in crun runc bwrap; do
        for probe in see signal ptrace memory file private write-file shm loopback unix-socket; do
            [ "$(verdict $peer $probe)" = absent ] || fail "$peer $probe: $(verdict $peer $probe)"
        done
        ! grep "\"platform\":\"$peer\"" $samples | grep -v '"status":"ok"' || fail "no verdict"
    done
    # The bundle masks what `crun spec` does.
    [ "$(verdict crun sysctl)" = refused ] && [ "$(verdict runc sysctl)" = refused ]
    expect_status 0 virtlab bench syscalls --peers --platform crun,runc,bwrap
    for peer in crun runc bwrap; do
        grep -q "\"source\":\"program\".*\"platform\":\"$peer\".*\"status\":\"ok\"" $samples ||
            fail "$(cat $samples)"
    done
}

an_interpreter_is_no_other_kernel() {
    printf '[interpreter]\nkernel = host\nstart = %s/interpreter {program} {args}\n' "$PWD" >platforms
    printf '[wrapper]\nstart = %s/interpreter {program} {args}\n' "$PWD" >>platforms
    # It has the program and its words behind its own name, as qemu-x86_64 has, and never executes it.
    cat >interpreter <<'END'
#!/bin/bash
case $1 in */idle) echo ready ;; *) echo "allowed meminfo memory=1kB" ;; esac
cat >/dev/null
END
    chmod 755 interpreter
    expect_status 0 virtlab bench escape --platforms platforms
    [ "$(verdict interpreter clock)" = allowed ]
    [ "$(verdict interpreter meminfo)" = contained ]
    [ "$(verdict wrapper clock)" = contained ]
    expect_status 0 virtlab bench syscalls --platforms platforms
    grep -q '"source":"program".*"platform":"interpreter"' $samples || fail "$(cat $samples)"
    grep -q '"source":"vmm".*"platform":"wrapper"' $samples || fail "$(cat $samples)"
}

a_machine_runs_the_program_and_ends() {
    need emulate root
    expect_status 0 virtlab bench startup --peers --runs 1 --platform qemu-tcg,qemu-kvm
    ok qemu-tcg 1
    grep -q '"platform":"qemu-kvm".*"status":"\(ok\|skipped\)"' $samples || fail "$(cat $samples)"
}

a_machine_whose_program_fails_does_not_end() {
    need emulate
    virtlab bundle --machine bundle "$BUILD/libexec/virtlab/probes/file"
    expect_status 124 timeout 8 qemu-system-x86_64 -no-user-config -nodefaults -display none \
        -monitor none -no-reboot -readconfig "$PWD/bundle/qemu.conf" \
        -machine microvm,acpi=on,rtc=on -accel tcg,thread=multi -cpu max -m 256M
}

bundles_are_what_tools_need() {
    local program=$BUILD/libexec/virtlab/workloads/true
    virtlab bundle --copy bundle "$program"
    expect_same "$program" bundle/rootfs/program
    [ -x bundle/rootfs/program ] && [ -s bundle/rootfs/etc/os-release ]
    expect_match bundle/Dockerfile '^FROM scratch$'
    "$BUILD/tests/tools/jsoncheck" bundle/config.json
    [ "$("$BUILD/tests/tools/jsoncheck" bundle/config.json linux.readonlyPaths)" != "" ]
    expect_status 125 virtlab bundle --copy bundle "$program"
    expect_one_line err '^virtlab bundle: cannot make '
    expect_status 125 virtlab bundle --copy other /no/such/program
    expect_one_line err '^virtlab bundle: cannot copy /no/such/program'
    if [ -e "$BUILD/share/virtlab/guest/small/vmlinux" ]; then
        virtlab bundle --machine machine "$program"
        "$BUILD/tests/tools/jsoncheck" machine/firecracker.json
        expect_match machine/qemu.conf "^  initrd = \"machine/initrd\""
        [ -e machine/kernel ]
    fi
}

# Crun refuses hosts of both cgroup versions: so nobody sees the second one while peers take part.
cgroup2_is_hidden_from_all() {
    need root
    grep -q ' - cgroup2 ' /proc/self/mountinfo || skip root "no cgroup v2 here"
    grep -q ' - cgroup ' /proc/self/mountinfo || skip root "no cgroup v1 beside it"
    virtlab bench startup --peers --runs 1 --platform native >out 2>err
    printf '[look]\nstart = %s/look\n' "$PWD" >platforms
    printf '#!/bin/bash\ngrep -c " - cgroup2 " /proc/self/mountinfo >%q/seen\n:\n' "$PWD" >look
    chmod 755 look
    virtlab bench startup --peers --platforms platforms --runs 1 >out 2>err
    [ "$(cat seen)" = 0 ]
    grep -q ' - cgroup2 ' /proc/self/mountinfo
}

it "has every peer, or says which package has it" every_peer_is_there_or_skipped
it "names the package of a missing tool" a_missing_tool_is_named_with_its_package
it "runs commands one after the other" commands_follow_one_another
it "measures crun, runc and bubblewrap" runtimes_have_their_samples
it "takes peers into the matrix and counts their system calls" the_matrix_takes_peers
it "knows an interpreter from another kernel" an_interpreter_is_no_other_kernel
it "boots a machine that runs the program and ends" a_machine_runs_the_program_and_ends
it "does not take a failed program for one that ended" a_machine_whose_program_fails_does_not_end
it "writes bundles that other tools take" bundles_are_what_tools_need
it "hides cgroup v2 on hosts of both versions" cgroup2_is_hidden_from_all
finish
