/* SPDX-License-Identifier: MIT */
#include "common/host_hypervisor.h"

#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/host_file.h"
#include "common/i18n.h"

#define DMI "/sys/class/dmi/id/"

enum kind {
    KVM,
    XEN,
    HYPER_V,
    VMWARE,
    VIRTUALBOX,
    QEMU_TCG,
    BHYVE,
    PARALLELS,
    APPLE,
    ACRN,
    UNKNOWN,
    NONE,
};

static const struct {
    const char *id, *name;
    enum host_hypervisor_type type;
    const char *why;
} kinds[] = {
    [KVM] = {"kvm",        "KVM",                       HYPERVISOR_TYPE_DEBATABLE,
             N_("KVM makes the Linux kernel itself the hypervisor, on the bare machine (type 1); "
                "but that kernel is a whole general-purpose system, and each VM is one of its "
                "processes (type 2)")                                                                                 },
    [XEN] = {"xen",        "Xen",                       HYPERVISOR_TYPE_1,
             N_("Xen runs on the bare machine; the system that manages it is a guest too (Dom0)")                     },
    [HYPER_V] = {"hyper-v",    "Hyper-V",                   HYPERVISOR_TYPE_1,
             N_("Hyper-V runs on the bare machine; the Windows that manages it is its first "
                    "guest")                                                                                          },
    [VMWARE] = {"vmware",     "VMware",                    HYPERVISOR_TYPE_DEBATABLE,
             N_("VMware ESXi runs on the bare machine (type 1), VMware Workstation and Fusion "
                   "on an operating system (type 2); the guest cannot tell them apart")                               },
    [VIRTUALBOX] = {"virtualbox", "VirtualBox",                HYPERVISOR_TYPE_2,
             N_("VirtualBox is a program on an operating system")                                                     },
    [QEMU_TCG] = {"qemu-tcg",   "QEMU TCG",                  HYPERVISOR_TYPE_2,
             N_("QEMU TCG translates every instruction in an ordinary program: an emulator, "
                     "hosted as type 2 is")                                                                           },
    [BHYVE] = {"bhyve",      "bhyve",                     HYPERVISOR_TYPE_DEBATABLE,
             N_("bhyve makes the FreeBSD kernel the hypervisor, as KVM does with Linux")                              },
    [PARALLELS] = {"parallels",  "Parallels",                 HYPERVISOR_TYPE_2,
             N_("Parallels is a program on an operating system")                                                      },
    [APPLE] = {"apple",      "Apple Virtualization",      HYPERVISOR_TYPE_2,
             N_("the macOS kernel lends the hypervisor to a program")                                                 },
    [ACRN] = {"acrn",       "ACRN",                      HYPERVISOR_TYPE_1,         N_("ACRN runs on the bare machine")},
    [UNKNOWN] = {"unknown",    N_("an unknown hypervisor"), HYPERVISOR_TYPE_DEBATABLE,
             N_("a hypervisor shows itself, but not which")                                                           },
    [NONE] = {"none",       N_("none"),                  HYPERVISOR_TYPE_NONE,
             N_("nothing shows a hypervisor: a physical machine, or one that hides well")                             },
};

/* The signatures are in the vendors' interface documents; KVM's: Documentation/virt/kvm/x86/cpuid.
 */
static const struct {
    const char *signature;
    enum kind kind;
} signatures[] = {
    {"KVMKVMKVM",    KVM       },
    {"Linux KVM Hv", KVM       },
    {"XenVMMXenVMM", XEN       },
    {"VMwareVMware", VMWARE    },
    {"VBoxVBoxVBox", VIRTUALBOX},
    {"TCGTCGTCGTCG", QEMU_TCG  },
    {"bhyve bhyve ", BHYVE     },
    {" lrpepyh  vr", PARALLELS },
    {"prl hyperv  ", PARALLELS },
    {"VirtualApple", APPLE     },
    {"ACRNACRNACRN", ACRN      },
 /* Last: KVM, Xen and VirtualBox can offer Hyper-V's interface to Windows guests as well. */
    {"Microsoft Hv", HYPER_V   },
};

/* A vendor that builds real machines too is known by its product. NULL: whatever it is. */
static const struct {
    const char *vendor, *product;
    enum kind kind;
} firmwares[] = {
    {"innotek GmbH",          NULL,                    VIRTUALBOX},
    {"Oracle Corporation",    "VirtualBox",            VIRTUALBOX},
    {"VMware, Inc.",          NULL,                    VMWARE    },
    {"VMware",                NULL,                    VMWARE    },
    {"Xen",                   NULL,                    XEN       },
    {"Microsoft Corporation", "Virtual Machine",       HYPER_V   },
    {"Parallels",             NULL,                    PARALLELS },
    {"BHYVE",                 NULL,                    BHYVE     },
    {"Apple Inc.",            "Apple Virtualization",  APPLE     },
 /* QEMU alone does not say whether KVM or its own translator runs the guest. */
    {"QEMU",                  NULL,                    UNKNOWN   },
    {"Bochs",                 NULL,                    UNKNOWN   },
    {"Google",                "Google Compute Engine", KVM       },
    {"Amazon EC2",            NULL,                    UNKNOWN   },
    {"KubeVirt",              NULL,                    KVM       },
    {"OpenStack Foundation",  NULL,                    UNKNOWN   },
};

static const struct {
    const char *in_vendor, *in_product, *in_acpi, *name;
} monitors[] = {
    {NULL,               NULL,            "FIRECK", "Firecracker"          },
    {"Cloud Hypervisor", NULL,            NULL,     "Cloud Hypervisor"     },
    {"ChromiumOS",       NULL,            NULL,     "crosvm"               },
    {"Amazon EC2",       NULL,            NULL,     "Amazon Nitro"         },
    {"Google",           NULL,            NULL,     "Google Compute Engine"},
    {"QEMU",             NULL,            NULL,     "QEMU"                 },
    {NULL,               "Standard PC (", NULL,     "QEMU"                 }, /* the vendor can be a cloud's own name */
    {NULL,               "KVM",           NULL,     "QEMU"                 },
};

/* Reads the strings of the hypervisor leaves; each CPUID is an exit of this machine, so few. */
static void look_at_cpuid(struct host_hypervisor_evidence *evidence)
{
    unsigned eax, ebx, ecx, edx;

    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return;
    evidence->cpuid_bit = ecx >> 31;
    if (!evidence->cpuid_bit)
        return; /* there the leaves mean nothing: Intel answers with its highest basic leaf */
    for (unsigned leaf = 0x40000000; leaf < 0x40000000 + HOST_SIGNATURES_MAX * 0x100;
         leaf += 0x100) {
        uint32_t words[3];
        __cpuid(leaf, eax, words[0], words[1], words[2]);
        /* A leaf that nobody answers repeats another or holds no letters. */
        if ((words[0] & 0xff) < 0x20 || (words[0] & 0xff) > 0x7e)
            continue;
        char *signature = evidence->signatures[evidence->signature_count];
        memcpy(signature, words, sizeof words);
        signature[sizeof words] = '\0';
        bool seen = false;
        for (size_t i = 0; i < evidence->signature_count; i++)
            seen |= strcmp(evidence->signatures[i], signature) == 0;
        evidence->signature_count += !seen;
    }
}

static void look_at_firmware(struct host_hypervisor_evidence *evidence)
{
    char table[64];

    evidence->smbios = access(DMI, F_OK) == 0;
    host_read_line(DMI "sys_vendor", evidence->system_vendor, sizeof evidence->system_vendor);
    host_read_line(DMI "product_name", evidence->product, sizeof evidence->product);
    host_read_line(DMI "bios_vendor", evidence->bios_vendor, sizeof evidence->bios_vendor);
    /* ACPI 6.5, table 5.4: the OEM ID is bytes 10 to 15 of every table. */
    if (host_read("/sys/firmware/acpi/tables/FACP", table, sizeof table) > 16)
        memcpy(evidence->acpi_oem, table + 10, 6);
}

void host_hypervisor_look(struct host_hypervisor_evidence *evidence)
{
    char capabilities[64];

    *evidence = (struct host_hypervisor_evidence){0};
    look_at_cpuid(evidence);
    look_at_firmware(evidence);
    host_read_line("/sys/hypervisor/type", evidence->sys_hypervisor,
                   sizeof evidence->sys_hypervisor);
    host_read_line("/sys/hypervisor/guest_type", evidence->xen_guest_type,
                   sizeof evidence->xen_guest_type);
    evidence->proc_xen = access("/proc/xen", F_OK) == 0;
    host_read_line("/proc/xen/capabilities", capabilities, sizeof capabilities);
    evidence->xen_dom0 = strstr(capabilities, "control_d") != NULL;
    host_read_line("/proc/device-tree/hypervisor/compatible", evidence->device_tree,
                   sizeof evidence->device_tree);
}

static enum kind by_signature(const struct host_hypervisor_evidence *evidence)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        for (size_t j = 0; j < evidence->signature_count; j++)
            if (strcmp(evidence->signatures[j], signatures[i].signature) == 0)
                return signatures[i].kind;
    return evidence->cpuid_bit ? UNKNOWN : NONE;
}

static enum kind by_firmware(const struct host_hypervisor_evidence *evidence)
{
    /* Amazon rents out whole machines as well. */
    if (strstr(evidence->product, ".metal"))
        return NONE;
    for (size_t i = 0; i < sizeof firmwares / sizeof *firmwares; i++)
        if (strncmp(evidence->system_vendor, firmwares[i].vendor, strlen(firmwares[i].vendor)) ==
                0 &&
            (!firmwares[i].product || strstr(evidence->product, firmwares[i].product)))
            return firmwares[i].kind;
    return NONE;
}

static enum kind by_other_files(const struct host_hypervisor_evidence *evidence,
                                const char **found_by)
{
    if (strcmp(evidence->sys_hypervisor, "xen") == 0) {
        *found_by = "/sys/hypervisor";
        return XEN;
    }
    if (evidence->proc_xen) {
        *found_by = "/proc/xen";
        return XEN;
    }
    *found_by = "device tree";
    if (strstr(evidence->device_tree, "xen"))
        return XEN;
    if (strstr(evidence->device_tree, "kvm"))
        return KVM;
    if (strstr(evidence->device_tree, "vmware"))
        return VMWARE;
    return *evidence->device_tree ? UNKNOWN : NONE;
}

/*
 * CPUID speaks for itself, with one exception: VirtualBox shows Linux guests KVM's interface, and
 * then only its firmware tells. Where CPUID is silent or unknown, the files may know more.
 */
static enum kind judge_kind(const struct host_hypervisor_evidence *evidence, const char **found_by)
{
    enum kind cpuid = by_signature(evidence), firmware = by_firmware(evidence);

    if (firmware == VIRTUALBOX) {
        *found_by = "SMBIOS";
        return VIRTUALBOX;
    }
    *found_by = "CPUID";
    if (cpuid != NONE && cpuid != UNKNOWN)
        return cpuid;
    enum kind other = by_other_files(evidence, found_by);
    if (other != NONE && other != UNKNOWN)
        return other;
    if (firmware != NONE) {
        *found_by = "SMBIOS";
        return firmware;
    }
    if (other == NONE)
        *found_by = "CPUID";
    return other != NONE ? other : cpuid;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static const char *judge_monitor(const struct host_hypervisor_evidence *evidence, enum kind kind)
{
    if (kind != KVM && kind != UNKNOWN && kind != QEMU_TCG && kind != XEN)
        return "";
    if (kind == XEN)
        return evidence->xen_guest_type;
    for (size_t i = 0; i < sizeof monitors / sizeof *monitors; i++)
        if ((!monitors[i].in_vendor ||
             starts_with(evidence->system_vendor, monitors[i].in_vendor)) &&
            (!monitors[i].in_product || starts_with(evidence->product, monitors[i].in_product)) &&
            (!monitors[i].in_acpi || starts_with(evidence->acpi_oem, monitors[i].in_acpi)))
            return monitors[i].name;
    if (kind == KVM && !evidence->smbios) /* as kvmtool, Firecracker and their like start guests */
        return "a micro-VM monitor, such as Firecracker";
    return "";
}

void host_hypervisor_judge(const struct host_hypervisor_evidence *evidence,
                           struct host_hypervisor *hypervisor)
{
    const char *found_by;
    enum kind kind = judge_kind(evidence, &found_by);

    *hypervisor = (struct host_hypervisor){
        .id = kinds[kind].id,
        .name = kinds[kind].name,
        .monitor = judge_monitor(evidence, kind),
        .type = kinds[kind].type,
        .why = kinds[kind].why,
        .found_by = found_by,
    };
}

const char *host_hypervisor_type_id(enum host_hypervisor_type type)
{
    static const char *const ids[] = {"none", "1", "2", "debatable"};

    return ids[type];
}
