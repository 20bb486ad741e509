/* SPDX-License-Identifier: MIT */
/*
 * parallel: how much more is done by several threads at once?
 *
 * The work of `integer`, N times by each of `--threads` threads (1 unless told). They touch no
 * memory in common while they work, so nothing but the number of processors holds them up.
 *
 * Where /proc/stat can be read, it says at the end of its input, in one line `steal NS`, how much
 * time the system that it runs under has waited for a real processor since it was ready. What it
 * does not answer: work that the threads have to agree about.
 */
#include <errno.h>
#include <pthread.h>

#include "bench/workloads/protocol.h"

enum { THREADS_MAX = 64, STACK_BYTES = 64 * 1024 };

/* Ticks of /proc/stat in a second, and the place of `steal` behind the word cpu (proc_stat(5)). */
enum { USER_HZ = 100, STEAL_FIELD = 8 };

struct worker {
    struct parallel *parallel;
    uint64_t result;
};

struct parallel {
    unsigned threads;
    uint64_t iterations; /* of the round that the barrier lets begin */
    pthread_barrier_t begin, end;
    struct worker workers[THREADS_MAX];
};

static uint64_t work_alone(uint64_t iterations)
{
    uint64_t x = 1;
    for (uint64_t i = 0; i < iterations; i++)
        x = (x ^ x >> 29) * UINT64_C(2862933555777941757) + 3037000493;
    return x;
}

static void *worker_main(void *context)
{
    struct worker *worker = context;
    struct parallel *parallel = worker->parallel;

    for (;;) {
        pthread_barrier_wait(&parallel->begin);
        worker->result = work_alone(parallel->iterations);
        pthread_barrier_wait(&parallel->end);
    }
    return NULL;
}

/* The first thread is the one that talks. */
static uint64_t parallel_work(void *state, uint64_t iterations)
{
    struct parallel *parallel = state;

    parallel->iterations = iterations;
    if (parallel->threads > 1)
        pthread_barrier_wait(&parallel->begin);
    uint64_t sum = work_alone(iterations);
    if (parallel->threads > 1)
        pthread_barrier_wait(&parallel->end);
    for (unsigned i = 1; i < parallel->threads; i++)
        sum += parallel->workers[i].result;
    return sum;
}

static void start_workers(struct parallel *parallel)
{
    pthread_attr_t attributes;

    pthread_barrier_init(&parallel->begin, NULL, parallel->threads);
    pthread_barrier_init(&parallel->end, NULL, parallel->threads);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (unsigned i = 1; i < parallel->threads; i++) {
        pthread_t thread;
        parallel->workers[i].parallel = parallel;
        int errnum = pthread_create(&thread, &attributes, worker_main, &parallel->workers[i]);
        if (errnum != 0)
            protocol_cannot("parallel", "no threads can be made in here", errnum);
    }
}

/* Ticks stolen from all processors so far; −1: nobody says. */
static int64_t read_steal(void)
{
    FILE *file = fopen("/proc/stat", "r");
    char line[256] = "";
    int64_t ticks = -1;

    if (!file)
        return -1;
    if (fgets(line, sizeof line, file) && strncmp(line, "cpu ", strlen("cpu ")) == 0) {
        char *field = line + strlen("cpu "), *end;
        for (int i = 0; i < STEAL_FIELD; i++, field = end) {
            long long value = strtoll(field, &end, 10);
            ticks = end == field ? -1 : value;
        }
    }
    fclose(file);
    return ticks;
}

int main(int argc, char **argv)
{
    static struct parallel parallel = {.threads = 1};
    uint64_t threads = 1;
    char line[64];

    if (argc == 3 && strcmp(argv[1], "--threads") == 0 &&
        protocol_parse_number(argv[2], strlen(argv[2]), THREADS_MAX, &threads))
        parallel.threads = (unsigned)threads;
    else if (argc > 1)
        protocol_fail("parallel", "usage: [--threads N], N from 1 to 64");
    if (parallel.threads > 1)
        start_workers(&parallel);
    int64_t before = read_steal();
    protocol_serve("parallel", parallel_work, &parallel);
    int64_t after = read_steal();
    if (before >= 0 && after >= before) {
        int length = snprintf(line, sizeof line, "steal %lld\n",
                              (long long)(after - before) * (1000000000 / USER_HZ));
        protocol_say("parallel", line, (size_t)length);
    }
    _exit(EXIT_SUCCESS);
}
