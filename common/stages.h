/* SPDX-License-Identifier: MIT */
/*
 * The names of the stages in a box's life, as timelines, waterfalls and reports show them. Every
 * tool takes its names from here, so that the same stage has the same name everywhere.
 */
#ifndef VIRTLAB_STAGES_H
#define VIRTLAB_STAGES_H

/* For xgettext: the names stay as they are in files, and are translated where people read them. */
#define STAGE_NAME(name) name

/* Both */
#define STAGE_LOAD_PROGRAM STAGE_NAME("load the program")
#define STAGE_RUN_PROGRAM  STAGE_NAME("run the program")
#define STAGE_TEARDOWN     STAGE_NAME("tear down")

/* minivmm */
#define STAGE_OPEN_KVM    STAGE_NAME("open /dev/kvm")
#define STAGE_CREATE_VM   STAGE_NAME("create the VM")
#define STAGE_MEMORY      STAGE_NAME("map guest memory")
#define STAGE_CREATE_VCPU STAGE_NAME("create the vCPU")
#define STAGE_CPUID       STAGE_NAME("set CPUID")
#define STAGE_REGISTERS   STAGE_NAME("set registers")
#define STAGE_CONFINE     STAGE_NAME("confine the VMM")

/* minivmm boot: what the VMM prepares, and then the way of the guest's kernel */
#define STAGE_INTERRUPTS  STAGE_NAME("create interrupt controllers")
#define STAGE_DEVICES_VM  STAGE_NAME("add devices")
#define STAGE_ACPI        STAGE_NAME("write ACPI tables")
#define STAGE_LOAD_KERNEL STAGE_NAME("load the kernel")
#define STAGE_THREADS     STAGE_NAME("start the threads")
#define STAGE_ENTER       STAGE_NAME("enter the kernel")
#define STAGE_FIRST_BYTE  STAGE_NAME("kernel to its first serial byte")
#define STAGE_KERNEL      STAGE_NAME("kernel to /init")
#define STAGE_GUEST_INIT  STAGE_NAME("/init to the program")

/* minicontainer */
#define STAGE_CGROUP       STAGE_NAME("make the cgroup")
#define STAGE_NAMESPACES   STAGE_NAME("clone into namespaces")
#define STAGE_ID_MAP       STAGE_NAME("map user IDs")
#define STAGE_ROOTFS       STAGE_NAME("build the root")
#define STAGE_DEVICES      STAGE_NAME("make /dev")
#define STAGE_NETWORK      STAGE_NAME("make the network namespace")
#define STAGE_JOIN         STAGE_NAME("enter the cgroups")
#define STAGE_PIVOT        STAGE_NAME("pivot_root")
#define STAGE_CAPABILITIES STAGE_NAME("drop capabilities")
#define STAGE_SECCOMP      STAGE_NAME("load the system call filter")
#define STAGE_EXEC         STAGE_NAME("execute the program")

#endif
