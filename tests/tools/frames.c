/* SPDX-License-Identifier: MIT */
/*
 * A guest of the network of user space, without a machine: starts minivmm-network as minivmm does,
 * and speaks Ethernet with it.
 *
 *     frames PROGRAM TEST [FORWARD [PORT]]
 *
 * Ends with 0 when the network answered as it should, else with 1 and a sentence.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, FRAME_MAX = 2048 };

#define GUEST   "\x0a\x00\x02\x0f"
#define GATEWAY "\x0a\x00\x02\x02"
#define MAC     "\x52\x54\x00\x12\x34\x56"
#define ALL     "\xff\xff\xff\xff\xff\xff"

static int network; /* the frames' socket */
static uint8_t gateway_mac[6];

static _Noreturn void fail(const char *sentence)
{
    fprintf(stderr, "frames: %s\n", sentence);
    exit(1);
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static unsigned get16(const uint8_t *at)
{
    return (unsigned)(at[0] << 8 | at[1]);
}

/* The checksum of the Internet protocols (RFC 1071). */
static unsigned checksum(const uint8_t *bytes, size_t size, uint32_t sum)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void send_frame(const uint8_t *frame, size_t size)
{
    if (send(network, frame, size, MSG_NOSIGNAL) < 0)
        fail("cannot send a frame");
}

/* The next frame; fails when none comes. */
static size_t next_frame(uint8_t frame[FRAME_MAX])
{
    struct pollfd waiting = {.fd = network, .events = POLLIN};

    if (poll(&waiting, 1, PATIENCE_MS) != 1)
        fail("no frame comes");
    ssize_t size = recv(network, frame, FRAME_MAX, 0);
    if (size <= 0)
        fail("the network has ended");
    if (size < ETH_HLEN)
        fail("a frame without a header");
    return (size_t)size;
}

static void ethernet(uint8_t *frame, const void *to, unsigned type)
{
    memcpy(frame, to, 6);
    memcpy(frame + 6, MAC, 6);
    put16(frame + 12, type);
}

/* An IPv4 header for so many bytes behind it; returns where they begin. */
static uint8_t *ipv4(uint8_t *frame, const void *from, const void *to, unsigned protocol,
                     size_t bytes)
{
    uint8_t *ip = frame + ETH_HLEN;

    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (unsigned)(20 + bytes));
    ip[8] = 64;
    ip[9] = (uint8_t)protocol;
    memcpy(ip + 12, from, 4);
    memcpy(ip + 16, to, 4);
    put16(ip + 10, checksum(ip, 20, 0));
    return ip + 20;
}

/* --- ARP (RFC 826) --------------------------------------------------------------------------- */

static void send_arp(unsigned operation, const void *target_mac, const void *target)
{
    uint8_t frame[ETH_HLEN + 28];
    static const uint8_t kinds[] = {0, 1, 8, 0, 6, 4};

    ethernet(frame, operation == 1 ? (const void *)ALL : target_mac, ETH_P_ARP);
    memcpy(frame + 14, kinds, sizeof kinds);
    put16(frame + 20, operation);
    memcpy(frame + 22, MAC, 6);
    memcpy(frame + 28, GUEST, 4);
    memcpy(frame + 32, target_mac, 6);
    memcpy(frame + 38, target, 4);
    send_frame(frame, sizeof frame);
}

static void test_arp(void)
{
    uint8_t frame[FRAME_MAX];

    send_arp(1, "\0\0\0\0\0", GATEWAY);
    do
        next_frame(frame);
    while (get16(frame + 12) != ETH_P_ARP || get16(frame + 20) != 2 ||
           memcmp(frame + 28, GATEWAY, 4) != 0);
    memcpy(gateway_mac, frame + 22, 6);
}

/* --- ICMP echo (RFC 792) --------------------------------------------------------------------- */

static void test_ping(void)
{
    uint8_t frame[FRAME_MAX];
    const size_t bytes = 8 + 32;

    test_arp();
    ethernet(frame, gateway_mac, ETH_P_IP);
    uint8_t *icmp = ipv4(frame, GUEST, GATEWAY, IPPROTO_ICMP, bytes);
    memset(icmp, 0x5a, bytes);
    memcpy(icmp, "\x08\0\0\0\x12\x34\0\1", 8);
    put16(icmp + 2, checksum(icmp, bytes, 0));
    send_frame(frame, ETH_HLEN + 20 + bytes);
    do
        next_frame(frame);
    while (get16(frame + 12) != ETH_P_IP || frame[23] != IPPROTO_ICMP || frame[ETH_HLEN + 20] != 0);
    icmp = frame + ETH_HLEN + 20;
    if (get16(icmp + 4) != 0x1234 || icmp[39] != 0x5a)
        fail("that is no answer to an echo request");
}

/* --- DHCP (RFC 2131) ------------------------------------------------------------------------- */

static const uint8_t *dhcp_option(const uint8_t *options, const uint8_t *end, unsigned wanted)
{
    while (options + 2 <= end && *options != 255) {
        if (*options == wanted)
            return options + 2;
        options += *options == 0 ? 1 : 2 + options[1];
    }
    fail("an option is missing in the offer");
}

static void test_dhcp(void)
{
    uint8_t frame[FRAME_MAX] = {0};
    enum { HEADER = 236, OPTIONS = 8, BYTES = 8 + HEADER + OPTIONS };

    ethernet(frame, ALL, ETH_P_IP);
    uint8_t *udp = ipv4(frame, "\0\0\0", ALL, IPPROTO_UDP, BYTES);
    put16(udp, 68);
    put16(udp + 2, 67);
    put16(udp + 4, BYTES);
    uint8_t *dhcp = udp + 8;
    memcpy(dhcp, "\1\1\6\0\x11\x22\x33\x44", 8);
    memcpy(dhcp + 28, MAC, 6);
    memcpy(dhcp + HEADER, "\x63\x82\x53\x63\x35\x01\x01\xff", OPTIONS); /* DHCPDISCOVER */
    send_frame(frame, (size_t)(dhcp + HEADER + OPTIONS - frame));
    size_t size;
    do
        size = next_frame(frame);
    while (get16(frame + 12) != ETH_P_IP || frame[23] != IPPROTO_UDP || get16(udp) != 67);
    const uint8_t *options = dhcp + HEADER + 4, *end = frame + size;
    if (memcmp(dhcp + 16, GUEST, 4) != 0)
        fail("another address than 10.0.2.15 is offered");
    if (memcmp(dhcp_option(options, end, 3), GATEWAY, 4) != 0)
        fail("another router than 10.0.2.2 is offered");
    if (memcmp(dhcp_option(options, end, 6), "\x0a\0\2\3", 4) != 0)
        fail("another name server than 10.0.2.3 is offered");
}

/* --- TCP by a port of the host --------------------------------------------------------------- */

/* The guest's answer to whoever knocks: RST (RFC 9293, 3.5.2). */
static void refuse(uint8_t *frame)
{
    uint8_t answer[ETH_HLEN + 20 + 20], pseudo[12];
    const uint8_t *tcp = frame + ETH_HLEN + 20;

    ethernet(answer, frame + 6, ETH_P_IP);
    uint8_t *reply = ipv4(answer, frame + 30, frame + 26, IPPROTO_TCP, 20);
    memset(reply, 0, 20);
    memcpy(reply, tcp + 2, 2);
    memcpy(reply + 2, tcp, 2);
    uint32_t acknowledged;
    memcpy(&acknowledged, tcp + 4, 4);
    acknowledged = htonl(ntohl(acknowledged) + 1);
    memcpy(reply + 8, &acknowledged, 4);
    reply[12] = 5 << 4;
    reply[13] = 0x14; /* RST, ACK */
    memcpy(pseudo, frame + 30, 4);
    memcpy(pseudo + 4, frame + 26, 4);
    memcpy(pseudo + 8, "\0\6\0\x14", 4);
    put16(reply + 16, checksum(reply, 20, ~checksum(pseudo, sizeof pseudo, 0) & 0xffff));
    send_frame(answer, sizeof answer);
}

static void test_forward(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    uint8_t frame[FRAME_MAX];
    char byte;
    int client = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof address) < 0)
        fail("nobody listens on the forwarded port");
    for (;;) {
        next_frame(frame);
        if (get16(frame + 12) == ETH_P_ARP && memcmp(frame + 38, GUEST, 4) == 0)
            send_arp(2, frame + 22, frame + 28);
        if (get16(frame + 12) == ETH_P_IP && frame[23] == IPPROTO_TCP)
            break;
    }
    if (get16(frame + ETH_HLEN + 22) != 7 || !(frame[ETH_HLEN + 33] & 2))
        fail("that is no SYN for the guest's port 7");
    refuse(frame);
    if (read(client, &byte, 1) > 0)
        fail("there are data on a connection that was refused");
    close(client);
}

/* --- what goes out of the host -------------------------------------------------------------- */

static void send_udp(const char *to, unsigned port, const char *data, size_t size)
{
    uint8_t frame[FRAME_MAX];

    ethernet(frame, gateway_mac, ETH_P_IP);
    uint8_t *udp = ipv4(frame, GUEST, to, IPPROTO_UDP, 8 + size);
    put16(udp, 4000);
    put16(udp + 2, port);
    put16(udp + 4, (unsigned)(8 + size));
    put16(udp + 6, 0); /* no checksum */
    memcpy(udp + 8, data, size);
    send_frame(frame, (size_t)(udp + 8 + size - frame));
}

/* A TCP segment from the guest's port 4000 to port 80. */
static void send_tcp(const char *to, const char header[20])
{
    uint8_t frame[ETH_HLEN + 20 + 20], pseudo[12];

    ethernet(frame, gateway_mac, ETH_P_IP);
    uint8_t *tcp = ipv4(frame, GUEST, to, IPPROTO_TCP, 20);
    memcpy(tcp, header, 20);
    memcpy(pseudo, GUEST, 4);
    memcpy(pseudo + 4, to, 4);
    memcpy(pseudo + 8, "\0\6\0\x14", 4);
    put16(tcp + 16, checksum(tcp, 20, ~checksum(pseudo, sizeof pseudo, 0) & 0xffff));
    send_frame(frame, sizeof frame);
}

/*
 * Whether there is an answer depends on where this runs (192.0.2.1 is nobody's, RFC 5737); that the
 * network is there afterwards does not.
 */
static void test_outside(void)
{
    static const char question[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\7invalid\0\0\1\0\1";
    static const char syn[20] = "\x0f\xa0\0\x50\0\0\0\1\0\0\0\0\x50\2\x20\0";

    test_arp();
    send_udp("\x0a\0\2\3", 53, question, sizeof question - 1);
    send_udp("\xc0\0\2\1", 9, "discard", 7);
    send_tcp("\xc0\0\2\1", syn);
    send_tcp(GATEWAY, syn); /* the host itself: closed */
    test_ping();
}

/* A question by somebody who is gone before the answer; libslirp warns of that. */
static void test_leaving(pid_t child)
{
    int status;

    if (kill(child, SIGSTOP) < 0 || waitpid(child, &status, WUNTRACED) != child)
        fail("the network cannot be stopped");
    send_arp(1, "\0\0\0\0\0", GATEWAY);
    shutdown(network, SHUT_RDWR);
    kill(child, SIGCONT);
}

/* --- what a hostile guest sends -------------------------------------------------------------- */

static void test_rubbish(void)
{
    static uint8_t frame[70000];
    uint32_t state = 1;
    static const size_t sizes[] = {1, 13, 14, 15, 33, 34, 60, 1514, 1515, 4096, 65549, 70000};

    for (int i = 0; i < 20000; i++) {
        size_t size = sizes[i % 12];
        for (size_t j = 0; j < (size < 100 ? size : 100); j++) {
            state = state * 1664525 + 1013904223;
            frame[j] = (uint8_t)(state >> 24);
        }
        /* Most of it would be thrown away at once: let some look like what it is not. */
        if (size > 34 && i % 4 > 0) {
            ethernet(frame, ALL, i % 4 == 1 ? ETH_P_ARP : ETH_P_IP);
            if (i % 8 > 3) {
                uint8_t protocol = frame[23];
                ipv4(frame, GUEST, i % 3 ? GATEWAY : "\x0a\0\2\3", i % 5 ? protocol : IPPROTO_TCP,
                     size - ETH_HLEN - 20);
            }
        }
        send_frame(frame, size);
        while (recv(network, frame + 200, 2048, MSG_DONTWAIT) > 0)
            continue;
    }
    test_ping();
}

/* --------------------------------------------------------------------------------------------- */

static pid_t start(const char *program, const char *forward)
{
    char name[] = "minivmm-network", number[] = "100";
    char *const arguments[] = {name, number, (char *)forward, NULL};
    int sockets[2];
    char message[512];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) < 0)
        fail("no socket");
    pid_t child = fork();
    if (child == 0) {
        if (dup2(sockets[1], 100) == 100) /* out of the way of the inherited ones */
            execv(program, arguments);
        _exit(127);
    }
    close(sockets[1]);
    network = sockets[0];
    ssize_t size = recv(network, message, sizeof message - 1, 0);
    if (size <= 0)
        fail("the network did not start");
    message[size] = '\0';
    if (message[0] != 0)
        fail(message);
    return child;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        fail("usage: frames PROGRAM TEST [FORWARD [PORT]]");
    pid_t child = start(argv[1], argc > 3 ? argv[3] : NULL);
    int status;

    if (strcmp(argv[2], "arp") == 0)
        test_arp();
    else if (strcmp(argv[2], "ping") == 0)
        test_ping();
    else if (strcmp(argv[2], "dhcp") == 0)
        test_dhcp();
    else if (strcmp(argv[2], "outside") == 0)
        test_outside();
    else if (strcmp(argv[2], "leave") == 0)
        test_leaving(child);
    else if (strcmp(argv[2], "rubbish") == 0)
        test_rubbish();
    else if (strcmp(argv[2], "forward") == 0 && argc > 4)
        test_forward(argv[4]);
    else if (strcmp(argv[2], "wait") == 0) /* until the shell that runs this says so */
        return printf("%d\n", (int)child) < 0 || fflush(stdout) || getchar() < 0;
    else
        fail("there is no such test");
    close(network);
    if (waitpid(child, &status, 0) != child || status != 0)
        fail("the network did not end well");
    return 0;
}
