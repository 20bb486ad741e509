/* SPDX-License-Identifier: MIT */
/* The end of a guest system: said once, by anybody, heard by the main thread. */
#include "minivmm/devices/control.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int control_create(struct control *control, struct error *error)
{
    *control = (struct control){.lock = PTHREAD_MUTEX_INITIALIZER};
    control->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (control->event_fd < 0)
        return error_set_errno(error, errno, "cannot make an eventfd");
    return 0;
}

void control_destroy(struct control *control)
{
    close(control->event_fd);
    control->event_fd = -1;
}

static void say(struct control *control, enum minivmm_system_end end, int status,
                const struct error *error)
{
    const uint64_t one = 1;

    pthread_mutex_lock(&control->lock);
    if (!control->ended) {
        control->end = end;
        control->status = status;
        if (error)
            control->error = *error;
        atomic_store(&control->ended, true);
        if (write(control->event_fd, &one, sizeof one) < 0) { /* an empty counter takes a 1 */
        }
    }
    pthread_mutex_unlock(&control->lock);
}

void control_end(struct control *control, enum minivmm_system_end end, int status)
{
    say(control, end, status, NULL);
}

void control_fail(struct control *control, const struct error *error)
{
    say(control, MINIVMM_SYSTEM_FAILED, 0, error);
}

bool control_ended(const struct control *control)
{
    return atomic_load_explicit(&control->ended, memory_order_relaxed);
}
