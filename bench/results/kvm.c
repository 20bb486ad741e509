/* SPDX-License-Identifier: MIT */
#include "bench/results/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "common/paths.h"

enum { PROBE_TIMEOUT_MS = 30000 };

/* Opening is the only test of permission that counts: groups, ACLs and cgroups all have a say. */
static bool can_open(struct kvm *kvm)
{
    int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (fd >= 0) {
        close(fd);
        return true;
    }
    kvm->state = errno == ENOENT                     ? KVM_ABSENT
                 : errno == EACCES || errno == EPERM ? KVM_FORBIDDEN
                                                     : KVM_BROKEN;
    snprintf(kvm->reason, sizeof kvm->reason, "/dev/kvm: %s", strerror(errno));
    return false;
}

static void read_answer(struct kvm *kvm, const char *text, int status)
{
    json_error_t wrong;

    kvm->probe = json_loads(text, JSON_REJECT_DUPLICATES, &wrong);
    if (!json_is_object(kvm->probe)) {
        kvm_free(kvm);
        kvm->state = KVM_BROKEN;
        snprintf(kvm->reason, sizeof kvm->reason,
                 "minivmm probe ended with status %d and no JSON object", status);
        return;
    }
    const char *back_end = json_string_value(json_object_get(kvm->probe, "back_end"));
    const char *reason = json_string_value(json_object_get(kvm->probe, "reason"));
    snprintf(kvm->back_end, sizeof kvm->back_end, "%s", back_end ? back_end : "");
    if (status == 0 && back_end) {
        kvm->state = KVM_WORKS;
    } else {
        kvm->state = KVM_BROKEN;
        snprintf(kvm->reason, sizeof kvm->reason, "%s", reason ? reason : "the probe failed");
    }
}

void kvm_probe(struct kvm *kvm)
{
    char path[PATHS_MAX], answer[16384];
    char *argv[] = {path, (char[]){"probe"}, (char[]){"--json"}, NULL};
    struct error error;

    *kvm = (struct kvm){0};
    if (!can_open(kvm))
        return;
    if (!capture_find("minivmm", path, sizeof path)) {
        kvm->state = KVM_NOT_PROBED;
        snprintf(kvm->reason, sizeof kvm->reason, "minivmm is not beside virtlab");
        return;
    }
    int status = capture(argv, PROBE_TIMEOUT_MS, answer, sizeof answer, &error);
    if (status < 0) {
        kvm->state = KVM_BROKEN;
        snprintf(kvm->reason, sizeof kvm->reason, "%.250s", error.text);
        return;
    }
    read_answer(kvm, answer, status);
}

void kvm_free(struct kvm *kvm)
{
    json_decref(kvm->probe);
    kvm->probe = NULL;
}

const char *kvm_state_id(enum kvm_state state)
{
    static const char *const ids[] = {"works", "absent", "forbidden", "broken", "not probed"};

    return ids[state];
}
