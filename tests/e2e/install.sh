#!/bin/bash
# SPDX-License-Identifier: MIT
# `make install`: what was installed works without the tree that it was built in.
. "$(dirname "$0")/../lib.sh"

install_here() {
    local build
    build=$(cd "$BUILD" && pwd)
    # As it has been built: with other options of the compiler `all` would build it anew.
    make -C "$SOURCE" --no-print-directory -o all BUILD="$build" DESTDIR="$PWD/to" PREFIX=/opt/virtlab \
        install >out 2>&1 || fail "$(cat out)"
    # Moved, so that nothing can be found by where it was put first; the build's own is not in PATH.
    mv to/opt/virtlab installed
    PATH=$PWD/installed/bin:${PATH#"$BUILD/bin:"}
    [ "$(command -v virtlab)" = "$PWD/installed/bin/virtlab" ]
}

commands_find_their_data() {
    install_here
    virtlab bench --list >out
    expect_match out '^ *startup'
    virtlab compare --runs 1 --platform native -- /bin/busybox true >out 2>err
    expect_match out 'start to exit'
}

everybody_may_use_it() {
    install_here
    find installed ! -perm -a+r -o -type d ! -perm -a+x >closed
    [ ! -s closed ] || fail "not for everybody: $(cat closed)"
    chmod 755 .
    as_user virtlab bench --list >out
    expect_match out '^ *startup'
}

it "installed commands find their data wherever they are" commands_find_their_data
it "an ordinary user may use what root has installed" everybody_may_use_it
finish
