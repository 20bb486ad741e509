/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor that this machine itself runs under, if it does. Found as other systems find it:
 * by the CPUID leaves from 0x40000000 on, which the vendors agreed to leave to hypervisors; by the
 * SMBIOS strings of the firmware; by what Xen shows; by the device tree.
 */
#ifndef VIRTLAB_HOST_HYPERVISOR_H
#define VIRTLAB_HOST_HYPERVISOR_H

#include <stdbool.h>
#include <stddef.h>

enum { HOST_SIGNATURES_MAX = 4 };

/* What was seen; judged by host_hypervisor_judge(). Empty strings: nothing there. */
struct host_hypervisor_evidence {
    bool cpuid_bit; /* CPUID leaf 1, ECX bit 31: "a hypervisor is present" */
    size_t signature_count;
    char signatures[HOST_SIGNATURES_MAX][13]; /* EBX, ECX, EDX of leaves 0x40000000, 0x40000100 … */
    bool smbios;                              /* the firmware has SMBIOS tables */
    char system_vendor[64], product[64], bios_vendor[64]; /* of them */
    char acpi_oem[8];        /* of the ACPI table FACP; only root may read it */
    char sys_hypervisor[16]; /* /sys/hypervisor/type */
    char xen_guest_type[16]; /* "PV", "HVM", "PVH" */
    bool proc_xen, xen_dom0; /* /proc/xen; its capabilities name the control domain */
    char device_tree[64];    /* /proc/device-tree/hypervisor/compatible */
};

/* Goldberg (1973) told the two types apart; today's systems do not always fit. */
enum host_hypervisor_type {
    HYPERVISOR_TYPE_NONE,
    HYPERVISOR_TYPE_1,         /* on the bare machine */
    HYPERVISOR_TYPE_2,         /* in a program on an operating system */
    HYPERVISOR_TYPE_DEBATABLE, /* both words can be argued for, or the evidence leaves it open */
};

struct host_hypervisor {
    const char *id;   /* "kvm", "xen", "hyper-v", "vmware", "virtualbox", "qemu-tcg", "none" … */
    const char *name; /* for people */
    const char *monitor; /* which monitor uses it, as far as it shows, not translated; or "" */
    enum host_hypervisor_type type;
    const char *why;      /* a sentence on the type (translated by the reader with _()) */
    const char *found_by; /* the evidence that decided: "CPUID", "SMBIOS", "/sys/hypervisor" … */
};

/* Look at this machine. */
void host_hypervisor_look(struct host_hypervisor_evidence *evidence);

/* Judge what was seen, here or elsewhere. The strings of *hypervisor are constants. */
void host_hypervisor_judge(const struct host_hypervisor_evidence *evidence,
                           struct host_hypervisor *hypervisor);

/* "1", "2", "debatable", "none" */
const char *host_hypervisor_type_id(enum host_hypervisor_type type);

#endif
