#!/bin/bash
# SPDX-License-Identifier: MIT
# The network of user space, without a machine: a test program is the guest.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

network=$BUILD/libexec/virtlab/minivmm-network
frames=$BUILD/tests/tools/frames

speaks() {
    timeout 60 "$frames" "$network" "$@"
}

# A port that nobody listens on; taken by somebody meanwhile is a failure that says so.
free_port() {
    local port
    for ((port = 20000 + $$ % 10000; ; port++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

forwards() {
    local port
    port=$(free_port)
    speaks forward "tcp:$port:7" "$port"
}

refuses_taken_port() {
    local port
    port=$(free_port)
    mkfifo answers orders
    "$frames" "$network" wait "tcp:$port:7" <orders >answers &
    exec 3>orders
    read -r _ <answers
    expect_status 1 speaks arp "tcp:$port:7"
    exec 3>&-
    wait
    expect_one_line err "cannot listen on TCP port $port of 127.0.0.1: Address already in use"
}

refuses_forward() {
    expect_status 1 speaks arp "$1"
    expect_one_line err "is not a port to forward: say tcp:HOSTPORT:GUESTPORT"
}

# Its starter is killed, and it has nobody else.
ends_with_starter() {
    mkfifo answers orders
    "$frames" "$network" wait <orders >answers &
    local starter=$!
    exec 3>orders
    read -r network_pid <answers
    [ -d "/proc/$network_pid" ] || fail "the network does not run"
    kill -KILL "$starter"
    wait "$starter" || true
    expect_soon test ! -d "/proc/$network_pid"
}

# What a guest that has taken it over would find.
is_confined() {
    mkfifo answers orders
    "$frames" "$network" wait <orders >answers &
    exec 3>orders
    read -r network_pid <answers
    cp "/proc/$network_pid/status" status
    ls -l "/proc/$network_pid/fd" >descriptors || true
    exec 3>&-
    wait
    if [ "$(basename "$BUILD")" != asan ]; then
        expect_match status '^Seccomp:[[:space:]]*2$'
    fi
    expect_match status '^NoNewPrivs:[[:space:]]*1$'
    expect_match status '^CapPrm:[[:space:]]*0*$'
    ! grep -Eq '^Uid:[[:space:]]*0' status || fail "it runs as root"
    # Standard descriptors, and the socket.
    [ "$(grep -c ' -> ' descriptors)" = 4 ] || fail "it has other things open: $(cat descriptors)"
    [ "$(grep -c ' -> /dev/null' descriptors)" = 3 ] || fail "it has more than a socket"
}

is_confined_as_user() {
    need user
    as_user "$frames" "$network" ping
}

needs_a_socket() {
    expect_status 125 "$network"
    expect_one_line err 'minivmm boot'
    expect_status 125 "$network" 0
    expect_status 125 "$network" 7
}

it "gives the guest an address, a router and a name server (DHCP)" speaks dhcp
it "answers for the gateway (ARP)" speaks arp
it "answers an echo request (ping)" speaks ping
it "lets the guest's packets out" speaks outside
it "leads a port of the host to the guest" forwards
it "says that a port is taken" refuses_taken_port
it "refuses a forward without a guest port" refuses_forward tcp:80
it "refuses a forward of port 0" refuses_forward tcp:0:80
it "refuses a forward beyond port 65535" refuses_forward tcp:80:65536
it "refuses a forward with something behind" refuses_forward tcp:80:80:
it "refuses a forward by another protocol" refuses_forward sctp:80:80
it "ends when the guest leaves before its answer" speaks leave
it "survives rubbish" speaks rubbish
it "ends when its starter is killed" ends_with_starter
it "runs without rights" is_confined
it "works for an ordinary user" is_confined_as_user
it "says what starts it" needs_a_socket
finish
