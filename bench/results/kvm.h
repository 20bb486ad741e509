/* SPDX-License-Identifier: MIT */
/*
 * What KVM can do here, as `minivmm probe` found it by running small guests. The processor's vmx
 * and svm flags are never asked: a software back end works without them, and a module that is not
 * loaded, or a device that may not be opened, makes them worthless.
 */
#ifndef VIRTLAB_KVM_H
#define VIRTLAB_KVM_H

#include <jansson.h>

enum kvm_state {
    KVM_WORKS,      /* the probe ran a guest */
    KVM_ABSENT,     /* there is no /dev/kvm */
    KVM_FORBIDDEN,  /* it may not be opened */
    KVM_BROKEN,     /* it cannot be opened, or the probe failed */
    KVM_NOT_PROBED, /* there is no minivmm to probe it with */
};

struct kvm {
    enum kvm_state state;
    char back_end[32]; /* "hardware", "software"; empty: not known */
    char reason[256];  /* why state is not KVM_WORKS */
    json_t *probe;     /* all that the probe printed, an object; NULL: nothing usable */
};

/* Takes as long as the probe does, but never longer than its own limit and some seconds. */
void kvm_probe(struct kvm *kvm);
void kvm_free(struct kvm *kvm);

/* "works", "absent", "forbidden", "broken", "not probed" */
const char *kvm_state_id(enum kvm_state state);

#endif
