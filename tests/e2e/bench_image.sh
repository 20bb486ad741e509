#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench image: what is shipped, what copies take, and what runs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

image=$BUILD/libexec/virtlab/image

# metric TRIAL NAME: of native.
metric() {
    grep '"platform":"native"' "$samples" | grep "\"trial\":\"$1\"" | grep -o "\"$2\":[0-9]*" |
        cut -d: -f2
}

boxes() {
    # A box with files of its own: it puts them where they are wanted, without a root for itself.
    cat >box <<'END'
#!/bin/bash
root=$(mktemp -d "$PWD/box.XXXXXX")
while [ "$1" != -- ]; do
    guest=${2%%=*} host=${2#*=}
    mkdir -p "$(dirname "$root$guest")"
    cp "$host" "$root$guest"
    shift 2
done
shift
args=()
for word; do [ -e "$root$word" ] && [ ! -e "$word" ] && word=$root$word; args+=("$word"); done
exec "${args[@]}"
END
    chmod 755 box
    cat >platforms.conf <<END
[native]
start = {program} {args}
file =
[own]
start = $PWD/box {options} -- {program} {args}
file = --file {guest}={host}
[closed]
start = {program} {args}
[broken]
start = false
image = no/such/image
[skipped]
skip = for a reason
END
}

two_versions_collide_where_there_is_one_folder() {
    boxes
    # The programs themselves: each works with its own version alone.
    local wanted given
    for wanted in 1 2; do
        for given in 1 2; do
            status_of "$image/loader" --library-path "$image/$given" "$image/$wanted/wants"
            [ "$status" = "$((wanted != given))" ] || fail "$wanted with $given: $status"
        done
    done
    expect_status 0 virtlab bench image --platforms platforms.conf \
        --platform native,own,closed,broken,skipped --runs 1
    expect_samples 1 '"trial":"versions"' '"platform":"native"' '"works_n":1' \
        '"detail":"who wants version 1: ended with status 1"'
    expect_samples 1 '"trial":"versions"' '"platform":"own"' '"works_n":2,"programs_n":2' \
        '"status":"ok"'
    expect_samples 1 '"trial":"versions"' '"platform":"closed"' '"status":"skipped"' \
        'no files can be given to this box'
    expect_samples 1 '"platform":"skipped"' '"reason":"for a reason"'
    # What does not run is a result, with what was said of it.
    expect_samples 1 '"trial":"static"' '"platform":"broken"' '"works_n":0' '"status":"ok"' \
        '"detail":"ended with status 1"'
    expect_samples 1 '"trial":"ship"' '"platform":"broken"' '"status":"failed"' 'is missing'
    expect_samples 1 '"trial":"kernel"' '"platform":"native"' '"own_kernel_n":0,"other_release_n":0'
    expect_samples 1 '"trial":"static"' '"platform":"native"' '"works_n":1' '"exit":7'
}

copies_are_counted_by_their_blocks() {
    boxes
    expect_status 0 virtlab bench image --platforms platforms.conf --platform native --runs 1
    local program
    program=$(metric ship program_bytes)
    [ "$program" = "$(stat -c %s "$BUILD/libexec/virtlab/workloads/idle")" ]
    [ "$(metric ship tool_bytes)$(metric ship system_bytes)" = 00 ]
    [ "$(metric copy taken_bytes)" -ge $((10 * program)) ]
    [ "$(metric copy taken_bytes)" -lt $((20 * program + 1000000)) ]
    [ "$(metric copy shared_n)" = 0 ]
    # A second name takes no block, and is the same file.
    [ "$(metric link taken_bytes)$(metric link written_bytes)" = 00 ]
    [ "$(metric link shared_n)" = 9 ]
    local form
    for form in clone overlay; do
        if grep "\"trial\":\"$form\"" $samples | grep -q '"status":"ok"'; then
            [ "$(metric $form shared_n)" = 0 ]
            [ "$(metric $form taken_bytes)" -lt "$program" ]
            # At least the page that was written is a copy's own.
            [ "$(metric $form written_bytes)" -ge 40960 ]
        else
            expect_samples 1 "\"trial\":\"$form\"" '"status":"skipped"' '"reason":"(cannot|this file system cannot) '
        fi
    done
}

overlays_stay_their_own() {
    need root
    mkdir lower made
    head -c 100000 /dev/urandom >lower/file
    cp lower/file before
    expect_status 0 "$image/overlay" "$PWD/lower" "$PWD/made" 3 file
    expect_one_line out '^taken 0 written [1-9][0-9]+ shared 0$'
    expect_same before lower/file
    ! grep -q "$PWD" /proc/self/mountinfo || fail "mounts are left"
    expect_status 1 "$image/overlay" "$PWD/nothing" "$PWD/made" 3 file
    expect_one_line out '^cannot mount an overlay here: [A-Z]'
    expect_status 1 "$image/overlay"
}

real_boxes_bring_their_files() {
    need kvm
    expect_status 0 virtlab bench image --platform native,container,vm --runs 1
    expect_samples 1 '"trial":"versions"' '"platform":"native"' '"works_n":1'
    expect_samples 2 '"trial":"versions"' '"platform":"(container|vm)"' '"works_n":2'
    expect_samples 3 '"trial":"static"' '"works_n":1' '"exit":7'
    expect_samples 2 '"trial":"dynamic"' '"works_n":1' '"platform":"(native|container)"'
    expect_samples 1 '"trial":"dynamic"' '"platform":"vm"' '"works_n":0' 'dynamically linked'
    # A container has the host's kernel, whatever else is its own.
    expect_samples 2 '"trial":"kernel"' '"platform":"(native|container)"' '"own_kernel_n":0'
    expect_samples 1 '"trial":"kernel"' '"platform":"vm"' '"detail":".*there is no kernel in it"'
    expect_samples 1 '"trial":"aarch64"' '"platform":"vm"' '"works_n":0' 'for another processor'
    expect_match out '^library versions, of 2 +1 +2 +2'
}

a_guest_has_a_kernel_of_its_own() {
    need emulate
    expect_status 0 virtlab bench image --platform vm-linux-tcg --runs 1
    expect_samples 1 '"trial":"kernel"' '"own_kernel_n":1'
    expect_samples 1 '"trial":"versions"' '"works_n":2'
    expect_samples 1 '"trial":"ship"' '"system_bytes":[0-9]{7,}'
}

an_ordinary_user_sees_the_same() {
    need user
    as_user virtlab bench image --platform native --runs 1
    expect_samples 1 '"trial":"versions"' '"works_n":1'
    expect_samples 1 '"trial":"link"' '"shared_n":9'
}

it "sees two versions of a library collide" two_versions_collide_where_there_is_one_folder
it "counts copies by their blocks" copies_are_counted_by_their_blocks
it "keeps overlays apart, and leaves no mount" overlays_stay_their_own
it "sees what real boxes run" real_boxes_bring_their_files
it "sees a guest's own kernel" a_guest_has_a_kernel_of_its_own
it "sees the same as an ordinary user" an_ordinary_user_sees_the_same
finish
