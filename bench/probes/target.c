/* SPDX-License-Identifier: MIT */
/*
 * target: not a probe, but what the probes aim at. It stands on the host while they run:
 *
 *     target COOKIE SECRET FOLDER
 *
 * is its command line, by whose cookie a probe knows it from other processes. It plants one of each
 * thing that a box might reach (in FOLDER a file `canary` that everybody may read, a file `private`
 * that nobody else may, and a listening `socket`; a shared memory segment, a key, two more
 * listening sockets, a terminal), names them on one line in the words that the probes take,
 *
 *     planted cookie=... pid=... address=... device=... dir=... fd=... shm=... key=... port=...
 *     terminal=...
 *
 * leaving out what it could not make, and then answers each line `look` with how often it was
 * reached: `seen signals=0 typed=0`. Everything it made but the files belongs to the process, so
 * it is gone with it, by whatever it ends; it ends when its standard input does, and then takes
 * the files with it. The harness has put the secret into its environment too, as VIRTLAB_SECRET.
 */
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>

#include "bench/probes/probe.h"

/* In memory of its own, where the probe `ptrace` reads it. */
static char secret[PROBE_SECRET_LENGTH + 1];

struct target {
    const char *cookie;
    int canary;   /* the planted file, -1: none */
    int private;  /* likewise */
    int file;     /* listens on a socket in the file system */
    int shm;      /* a number of System V; the others are descriptors */
    long key;     /* a serial number */
    int abstract; /* listens on an abstract name */
    int loopback; /* listens on 127.0.0.1 */
    int terminal; /* the planted terminal */
    int master;   /* its other side */
    int signals;  /* signalfd for SIGUSR1 */
    unsigned signal_count, typed_count;
};

static int plant_file(const char *folder, const char *name, mode_t mode)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 && (fchmod(fd, mode) < 0 || write(fd, secret, PROBE_SECRET_LENGTH) < 0)) {
        unlink(path);
        close(fd);
        return -1;
    }
    return fd;
}

/*
 * "COOKIE SECRET" in a segment that everybody may read. It is marked for removal at once: Linux
 * still lets others attach it by its number until the last has let go (shmctl(2)).
 */
static int plant_shm(const char *cookie)
{
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0644);
    if (id < 0)
        return -1;
    char *memory = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    if (memory == (void *)-1)
        return -1;
    snprintf(memory, 4096, "%s %s", cookie, secret);
    return id;
}

/* A key in the process's own keyring that everybody may view, read and find (keyctl(2)). */
static long plant_key(const char *cookie)
{
    char name[64];
    snprintf(name, sizeof(name), "virtlab-%s", cookie);
    long key = syscall(SYS_add_key, "user", name, secret, (size_t)PROBE_SECRET_LENGTH,
                       (long)KEY_SPEC_PROCESS_KEYRING);
    const long view_read_search = 0x0b0b0b0b; /* for possessor, user, group and others */
    if (key > 0 && syscall(SYS_keyctl, (long)KEYCTL_SETPERM, key, view_read_search) < 0)
        return -1;
    return key;
}

static int plant_listener(int family, const void *address, socklen_t size)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && (bind(fd, address, size) < 0 || listen(fd, 8) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int plant_abstract(const char *cookie)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "virtlab-%s", cookie);
    return plant_listener(AF_UNIX, &address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length));
}

/* In the file system, where everybody may connect to it. */
static int plant_socket_file(const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
    if (length >= (int)sizeof(address.sun_path))
        return -1;
    int fd = plant_listener(AF_UNIX, &address, sizeof(address));
    if (fd >= 0)
        chmod(address.sun_path, 0666);
    return fd;
}

static int plant_loopback(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    return plant_listener(AF_INET, &address, sizeof(address));
}

/* A terminal that everybody may open and that hands on every character at once. */
static int plant_terminal(int *master)
{
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*master < 0 || grantpt(*master) < 0 || unlockpt(*master) < 0)
        return -1;
    int fd = open(ptsname(*master), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios raw;
    if (fd < 0 || tcgetattr(fd, &raw) < 0)
        return -1;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
    if (tcsetattr(fd, TCSANOW, &raw) < 0 || fchmod(fd, 0666) < 0)
        return -1;
    return fd;
}

static void plant(struct target *target, const char *folder)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    target->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    target->canary = plant_file(folder, "canary", 0644);
    target->private = plant_file(folder, "private", 0600);
    target->file = plant_socket_file(folder);
    target->shm = plant_shm(target->cookie);
    target->key = plant_key(target->cookie);
    target->abstract = plant_abstract(target->cookie);
    target->loopback = plant_loopback();
    target->terminal = plant_terminal(&target->master);
}

/*
 * A block device of this machine, which is only named: the first that the host lets us open, so
 * that a refusal is the box's. Without any, loop0.
 */
static void find_device(unsigned *major, unsigned *minor)
{
    char text[4096], name[64], path[80];
    *major = 7, *minor = 0;
    if (probe_read_file("/proc/partitions", text, sizeof(text)) <= 0)
        return;
    /* Each line but the heads of the columns: major minor blocks name. */
    for (const char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n')) {
        unsigned numbers[2];
        if (sscanf(line, "%u %u %*u %63s", &numbers[0], &numbers[1], name) != 3)
            continue;
        snprintf(path, sizeof(path), "/dev/%s", name);
        int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            continue;
        close(fd);
        *major = numbers[0], *minor = numbers[1];
        return;
    }
}

static void announce(const struct target *target, const char *folder)
{
    printf("planted cookie=%s pid=%d address=%p", target->cookie, getpid(), (void *)secret);
    unsigned major, minor;
    find_device(&major, &minor);
    printf(" device=%u:%u", major, minor);
    if (target->canary >= 0)
        printf(" dir=%s fd=%d", folder, target->canary);
    if (target->shm >= 0)
        printf(" shm=%d", target->shm);
    if (target->key > 0)
        printf(" key=%ld", target->key);
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    if (target->loopback >= 0 &&
        getsockname(target->loopback, (struct sockaddr *)&address, &size) == 0)
        printf(" port=%u", ntohs(address.sin_port));
    if (target->terminal >= 0)
        printf(" terminal=%s", ptsname(target->master));
    putchar('\n');
    fflush(stdout);
}

/* Say the secret to everyone who has connected. */
static void answer_calls(int listener)
{
    int fd;
    while (listener >= 0 && (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        send(fd, secret, PROBE_SECRET_LENGTH, MSG_NOSIGNAL);
        close(fd);
    }
}

/* Count what has arrived. A signal or character sent by a program that has ended is here already.
 */
static void count_hits(struct target *target)
{
    struct signalfd_siginfo info;
    char character;
    while (read(target->signals, &info, sizeof(info)) == sizeof(info))
        target->signal_count++;
    while (target->terminal >= 0 && read(target->terminal, &character, 1) == 1)
        target->typed_count++;
}

/* Serve until standard input ends. */
static void serve(struct target *target)
{
    struct pollfd waiting[] = {
        {STDIN_FILENO,     POLLIN, 0},
        {target->abstract, POLLIN, 0}, /* poll(2) passes over negative ones */
        {target->loopback, POLLIN, 0},
        {target->file,     POLLIN, 0},
    };
    for (;;) {
        char line[64];
        if (poll(waiting, sizeof(waiting) / sizeof(waiting[0]), -1) < 0) {
            if (errno == EINTR)
                continue; /* a tracer has come and gone */
            return;
        }
        answer_calls(target->abstract);
        answer_calls(target->loopback);
        answer_calls(target->file);
        if (!waiting[0].revents)
            continue;
        if (!fgets(line, sizeof(line), stdin))
            return;
        count_hits(target);
        printf("seen signals=%u typed=%u\n", target->signal_count, target->typed_count);
        if (strcmp(line, "look\n") != 0 || fflush(stdout) != 0)
            return;
    }
}

static void remove_planted(const char *folder, const char *name, int planted)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (planted >= 0)
        unlink(path);
}

int main(int argc, char **argv)
{
    if (argc != 4 || strlen(argv[1]) != PROBE_SECRET_LENGTH ||
        strlen(argv[2]) != PROBE_SECRET_LENGTH) {
        fprintf(stderr,
                "target: usage: target COOKIE SECRET FOLDER, of 16 letters the first two\n");
        return EXIT_TOOL_FAILED;
    }
    struct target target = {.cookie = argv[1]};
    memcpy(secret, argv[2], PROBE_SECRET_LENGTH);
    setvbuf(stdin, NULL, _IONBF, 0); /* so that poll() sees every line */
    plant(&target, argv[3]);
    announce(&target, argv[3]);
    serve(&target);
    remove_planted(argv[3], "canary", target.canary);
    remove_planted(argv[3], "private", target.private);
    remove_planted(argv[3], "socket", target.file);
    return EXIT_SUCCESS;
}
