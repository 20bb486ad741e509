/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/phases.h"

#include "common/clock.h"
#include "common/stages.h"
#include "minivmm/devices/ports.h"

void phases_create(struct phases *phases, const struct trace *trace, const struct cpus *cpus)
{
    *phases = (struct phases){.trace = trace, .cpus = cpus, .lock = PTHREAD_MUTEX_INITIALIZER};
}

/* A phase has ended now; that it has begun is known by start_ns. */
static void tell(const struct phases *phases, const struct trace_step *step, int64_t start_ns,
                 int64_t end_ns)
{
    if (!phases->trace->event)
        return;
    const struct trace_event event = {TRACE_STAGE, step, start_ns, end_ns - start_ns, NULL};
    phases->trace->event(phases->trace->context, &event);
}

void phases_enter(struct phases *phases)
{
    static const struct trace_step step = {
        STAGE_ENTER, "ioctl(KVM_RUN), by each vCPU's thread, again and again",
        "the kernel runs on the processor itself until it needs a device: that is an exit",
        "KVM API 4.10, 5"};

    phases->entered_ns = clock_now_ns();
    tell(phases, &step, phases->entered_ns, phases->entered_ns);
}

void phases_first_byte(void *context)
{
    static const struct trace_step step = {
        STAGE_FIRST_BYTE, NULL,
        "a kernel unpacks itself first, then says something on the serial port", NULL};
    struct phases *phases = context;

    pthread_mutex_lock(&phases->lock);
    if (phases->first_byte_ns == 0) {
        phases->first_byte_ns = clock_now_ns();
        tell(phases, &step, phases->entered_ns, phases->first_byte_ns);
    }
    pthread_mutex_unlock(&phases->lock);
}

static void reach_init(struct phases *phases, int64_t now_ns)
{
    static const struct trace_step step = {
        STAGE_KERNEL, NULL,
        "the kernel finds its devices, unpacks the initial RAM file system and starts /init", NULL};

    phases->init_ns = now_ns;
    for (unsigned i = 0; i < phases->cpus->config.count; i++)
        exits_sum(&phases->exits_to_init, &phases->cpus->each[i].exits);
    tell(phases, &step, phases->entered_ns, now_ns);
}

static void reach_program(struct phases *phases, int64_t now_ns)
{
    static const struct trace_step step = {
        STAGE_GUEST_INIT, NULL, "/init mounts what the program needs, then executes it", NULL};

    phases->program_ns = now_ns;
    tell(phases, &step, phases->init_ns ? phases->init_ns : phases->entered_ns, now_ns);
}

void phases_mark(void *context, uint8_t mark)
{
    struct phases *phases = context;

    /* A guest may write what it likes: each mark counts once. */
    pthread_mutex_lock(&phases->lock);
    if (mark == PORTS_MARK_INIT && phases->init_ns == 0)
        reach_init(phases, clock_now_ns());
    else if (mark == PORTS_MARK_PROGRAM && phases->program_ns == 0)
        reach_program(phases, clock_now_ns());
    pthread_mutex_unlock(&phases->lock);
}

void phases_end(struct phases *phases)
{
    static const struct trace_step step = {
        STAGE_RUN_PROGRAM, NULL, "the program runs until /init ends the machine with its status",
        NULL};

    pthread_mutex_lock(&phases->lock);
    if (phases->program_ns > 0)
        tell(phases, &step, phases->program_ns, clock_now_ns());
    pthread_mutex_unlock(&phases->lock);
}
