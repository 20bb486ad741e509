/* SPDX-License-Identifier: MIT */
/*
 * The names of the stages in a box's life, as timelines, waterfalls and reports show them. Every
 * tool takes its names from here, so that the same stage has the same name everywhere.
 */
#ifndef VIRTLAB_STAGES_H
#define VIRTLAB_STAGES_H

/* Both */
#define STAGE_LOAD_PROGRAM "load the program"
#define STAGE_RUN_PROGRAM  "run the program"
#define STAGE_TEARDOWN     "tear down"

/* minivmm */
#define STAGE_OPEN_KVM    "open /dev/kvm"
#define STAGE_CREATE_VM   "create the VM"
#define STAGE_MEMORY      "map guest memory"
#define STAGE_CREATE_VCPU "create the vCPU"
#define STAGE_CPUID       "set CPUID"
#define STAGE_REGISTERS   "set registers"
#define STAGE_CONFINE     "confine the VMM"

/* minivmm boot: what the VMM prepares, and then the way of the guest's kernel */
#define STAGE_INTERRUPTS  "create interrupt controllers"
#define STAGE_DEVICES_VM  "add devices"
#define STAGE_ACPI        "write ACPI tables"
#define STAGE_LOAD_KERNEL "load the kernel"
#define STAGE_THREADS     "start the threads"
#define STAGE_ENTER       "enter the kernel"
#define STAGE_FIRST_BYTE  "kernel to its first serial byte"
#define STAGE_KERNEL      "kernel to /init"
#define STAGE_GUEST_INIT  "/init to the program"

/* minicontainer */
#define STAGE_CGROUP       "make the cgroup"
#define STAGE_NAMESPACES   "clone into namespaces"
#define STAGE_ID_MAP       "map user IDs"
#define STAGE_ROOTFS       "build the root"
#define STAGE_DEVICES      "make /dev"
#define STAGE_PIVOT        "pivot_root"
#define STAGE_CAPABILITIES "drop capabilities"
#define STAGE_SECCOMP      "load the system call filter"
#define STAGE_EXEC         "execute the program"

#endif
