/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/host_cgroup.h"
#include "common/host_file.h"
#include "common/host_hypervisor.h"
#include "common/host_identity.h"
#include "common/host_kernel.h"
#include "common/host_load.h"
#include "common/host_memory.h"
#include "common/host_namespaces.h"

/* What machines of each kind show: the signature of CPUID 0x40000000, and SMBIOS strings. */
static const struct {
    const char *machine;
    struct host_hypervisor_evidence evidence;
    const char *id, *type, *found_by, *monitor;
} machines[] = {
    {"a laptop",
     {.smbios = true, .system_vendor = "LENOVO", .product = "20XW"},
     "none",                                                                                              "none",
     "CPUID",                                                                                                                       ""                                       },
    {"a Surface, built by a vendor of hypervisors",
     {.smbios = true, .system_vendor = "Microsoft Corporation", .product = "Surface Pro 7"},
     "none",                                                                                              "none",
     "CPUID",                                                                                                                       ""                                       },
    {"QEMU with KVM",
     {.cpuid_bit = true,
      .signature_count = 1,
      .signatures = {"KVMKVMKVM"},
      .smbios = true,
      .system_vendor = "QEMU",
      .product = "Standard PC (Q35 + ICH9, 2009)"},
     "kvm",                                                                                               "debatable",
     "CPUID",                                                                                                                       "QEMU"                                   },
    {"QEMU with KVM that offers Hyper-V's interface too",
     {.cpuid_bit = true,
      .signature_count = 2,
      .signatures = {"Microsoft Hv", "KVMKVMKVM"},
      .smbios = true,
      .system_vendor = "QEMU"},
     "kvm",                                                                                               "debatable",
     "CPUID",                                                                                                                       "QEMU"                                   },
    {"QEMU without KVM",
     {.cpuid_bit = true,
      .signature_count = 1,
      .signatures = {"TCGTCGTCGTCG"},
      .smbios = true,
      .system_vendor = "QEMU"},
     "qemu-tcg",                                                                                          "2",
     "CPUID",                                                                                                                       "QEMU"                                   },
    {"QEMU that hides its hypervisor bit",
     {.smbios = true, .system_vendor = "QEMU"},
     "unknown",                                                                                           "debatable",
     "SMBIOS",                                                                                                                      "QEMU"                                   },
    {"Firecracker, as root",
     {.cpuid_bit = true, .signature_count = 1, .signatures = {"KVMKVMKVM"}, .acpi_oem = "FIRECK"},
     "kvm",                                                                                               "debatable",
     "CPUID",                                                                                                                       "Firecracker"                            },
    {"Firecracker, as an ordinary user",
     {.cpuid_bit = true, .signature_count = 1, .signatures = {"KVMKVMKVM"}},
     "kvm",                                                                                               "debatable",
     "CPUID",                                                                                                                       "a micro-VM monitor, such as Firecracker"},
    {"an EC2 Nitro guest",
     {.cpuid_bit = true,
      .signature_count = 1,
      .signatures = {"KVMKVMKVM"},
      .smbios = true,
      .system_vendor = "Amazon EC2",
      .product = "c5.large"},
     "kvm",                                                                                               "debatable",
     "CPUID",                                                                                                                       "Amazon Nitro"                           },
    {"an EC2 machine without a hypervisor",
     {.smbios = true, .system_vendor = "Amazon EC2", .product = "c5.metal"},
     "none",                                                                                              "none",
     "CPUID",                                                                                                                       ""                                       },
    {"a Xen HVM guest",
     {.cpuid_bit = true,
      .signature_count = 1,
      .signatures = {"XenVMMXenVMM"},
      .smbios = true,
      .system_vendor = "Xen",
      .product = "HVM domU",
      .sys_hypervisor = "xen",
      .xen_guest_type = "HVM"},
     "xen",                                                                                               "1",
     "CPUID",                                                                                                                       "HVM"                                    },
    {"a Xen PV guest, which CPUID cannot tell",
     {.sys_hypervisor = "xen", .xen_guest_type = "PV", .proc_xen = true},
     "xen",                                                                                               "1",
     "/sys/hypervisor",                                                                                                             "PV"                                     },
    {"an old Xen Dom0",                                      {.proc_xen = true, .xen_dom0 = true}, "xen", "1",         "/proc/xen", ""                                       },
    {"Hyper-V",
     {.cpuid_bit = true,
      .signature_count = 1,
      .signatures = {"Microsoft Hv"},
      .smbios = true,
      .system_vendor = "Microsoft Corporation",
      .product = "Virtual Machine"},
     "hyper-v",                                                                                           "1",
     "CPUID",                                                                                                                       ""                                       },
    {"VMware",
     {.cpuid_bit = true,
      .signature_count = 1,
      .signatures = {"VMwareVMware"},
      .smbios = true,
      .system_vendor = "VMware, Inc.",
      .product = "VMware Virtual Platform"},
     "vmware",                                                                                            "debatable",
     "CPUID",                                                                                                                       ""                                       },
    {"VirtualBox, which shows Linux guests KVM's interface",
     {.cpuid_bit = true,
      .signature_count = 1,
      .signatures = {"KVMKVMKVM"},
      .smbios = true,
      .system_vendor = "innotek GmbH",
      .product = "VirtualBox"},
     "virtualbox",                                                                                        "2",
     "SMBIOS",                                                                                                                      ""                                       },
    {"an Oracle server",
     {.smbios = true, .system_vendor = "Oracle Corporation", .product = "ORACLE SERVER X8-2"},
     "none",                                                                                              "none",
     "CPUID",                                                                                                                       ""                                       },
    {"a hypervisor nobody knows",
     {.cpuid_bit = true, .signature_count = 1, .signatures = {"NewNewNewNew"}},
     "unknown",                                                                                           "debatable",
     "CPUID",                                                                                                                       ""                                       },
    {"a device tree",
     {.device_tree = "linux,kvm", .smbios = true},
     "kvm",                                                                                               "debatable",
     "device tree",                                                                                                                 ""                                       },
};

static void hypervisors_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        struct host_hypervisor hypervisor;
        host_hypervisor_judge(&machines[i].evidence, &hypervisor);
        if (strcmp(hypervisor.id, machines[i].id) != 0)
            print_error("%s:\n", machines[i].machine);
        assert_string_equal(hypervisor.id, machines[i].id);
        assert_string_equal(host_hypervisor_type_id(hypervisor.type), machines[i].type);
        assert_string_equal(hypervisor.found_by, machines[i].found_by);
        assert_string_equal(hypervisor.monitor, machines[i].monitor);
    }
}

/* Debian 12 with systemd, as a user of a session that was given a group of its own. */
static const char v2_mountinfo[] =
    "24 30 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw\n"
    "29 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 "
    "rw,nsdelegate,memory_recursiveprot\n"
    "30 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n";
static const char v2_own[] = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope\n";

/* Debian 10 with systemd.unified_cgroup_hierarchy=0 and legacy: no version 2 at all. */
static const char v1_mountinfo[] =
    "25 17 0:22 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,mode=755\n"
    "26 25 0:23 / /sys/fs/cgroup/systemd rw,nosuid shared:9 - cgroup cgroup rw,xattr,name=systemd\n"
    "29 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:13 - cgroup cgroup rw,cpu,cpuacct\n"
    "30 25 0:27 / /sys/fs/cgroup/memory rw,nosuid shared:14 - cgroup cgroup rw,memory\n"
    "31 25 0:28 / /sys/fs/cgroup/pids rw,nosuid shared:15 - cgroup cgroup rw,pids\n";
static const char v1_own[] = "4:pids:/user.slice/user-1000.slice\n"
                             "3:memory:/user.slice\n"
                             "2:cpu,cpuacct:/\n"
                             "1:name=systemd:/user.slice/user-1000.slice/session-2.scope\n";

/* Version 1 for what limits, version 2 beside it with hugetlb only. */
static const char hybrid_mountinfo[] =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "40 31 0:36 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
static const char hybrid_own[] = "9:name=systemd:/\n4:memory:/job/1\n1:cpu:/\n0::/\n";

/* In a docker container on a version 2 host, and a folder with a space in its name. */
static const char container_mountinfo[] =
    "600 500 0:26 /../../.. /odd\\040place rw,relatime - cgroup2 cgroup rw\n"
    "601 500 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n";

static const struct host_controller *controller(const struct host_cgroup *cgroup, const char *name)
{
    const struct host_controller *found = host_cgroup_controller(cgroup, name);

    assert_non_null(found);
    return found;
}

static void a_v2_host_is_recognised(void **state)
{
    struct host_cgroup cgroup;

    (void)state;
    host_cgroup_parse(v2_mountinfo, v2_own, "cpu memory pids\n", false, &cgroup);
    assert_int_equal(cgroup.layout, CGROUP_V2);
    assert_int_equal(cgroup.count, 3);
    assert_int_equal(controller(&cgroup, "memory")->version, 2);
    assert_string_equal(
        controller(&cgroup, "memory")->folder,
        "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope");
    host_cgroup_parse(v2_mountinfo, v2_own, "cpu memory pids\n", true, &cgroup);
    assert_string_equal(controller(&cgroup, "memory")->folder, "/sys/fs/cgroup");
    assert_null(host_cgroup_controller(&cgroup, "io"));
}

static void a_v1_host_is_recognised(void **state)
{
    struct host_cgroup cgroup;

    (void)state;
    host_cgroup_parse(v1_mountinfo, v1_own, "", false, &cgroup);
    assert_int_equal(cgroup.layout, CGROUP_V1);
    assert_int_equal(cgroup.count, 4); /* a named hierarchy is no controller */
    assert_int_equal(controller(&cgroup, "cpuacct")->version, 1);
    assert_string_equal(controller(&cgroup, "cpu")->folder, "/sys/fs/cgroup/cpu,cpuacct");
    assert_string_equal(controller(&cgroup, "pids")->folder,
                        "/sys/fs/cgroup/pids/user.slice/user-1000.slice");
    assert_string_equal(cgroup.v2_root, "");
}

static void a_hybrid_host_is_recognised(void **state)
{
    struct host_cgroup cgroup;

    (void)state;
    host_cgroup_parse(hybrid_mountinfo, hybrid_own, "hugetlb\n", true, &cgroup);
    assert_int_equal(cgroup.layout, CGROUP_HYBRID);
    assert_int_equal(controller(&cgroup, "memory")->version, 1);
    assert_int_equal(controller(&cgroup, "hugetlb")->version, 2);
    assert_string_equal(cgroup.v2_root, "/sys/fs/cgroup/unified");
    assert_string_equal(controller(&cgroup, "memory")->folder, "/sys/fs/cgroup/memory");
}

static void odd_mountinfo_does_no_harm(void **state)
{
    struct host_cgroup cgroup;
    char *long_line = malloc(100001);

    (void)state;
    host_cgroup_parse(container_mountinfo, "0::/\n", "memory", true, &cgroup);
    assert_int_equal(cgroup.layout, CGROUP_V2);
    assert_string_equal(cgroup.v2_root, "/sys/fs/cgroup");
    host_cgroup_parse("1 2 0:1 / /odd\\040place rw - cgroup2 c rw", "", "memory", true, &cgroup);
    assert_string_equal(cgroup.v2_root, "/odd place");
    /* A group outside what the mount shows is not followed upwards. */
    host_cgroup_parse(v2_mountinfo, "0::/../../escape\n", "memory", false, &cgroup);
    assert_string_equal(controller(&cgroup, "memory")->folder, "/sys/fs/cgroup");

    memset(long_line, 'x', 100000);
    long_line[100000] = '\0';
    host_cgroup_parse(long_line, long_line, long_line, false, &cgroup);
    assert_int_equal(cgroup.layout, CGROUP_NONE);
    host_cgroup_parse("", "", "", false, &cgroup);
    assert_int_equal(cgroup.layout, CGROUP_NONE);
    host_cgroup_parse(" - cgroup", ":::", "", false, &cgroup);
    assert_int_equal(cgroup.layout, CGROUP_NONE);
    free(long_line);
}

/*
 * printf 'virtlab machine id 1:%s' 0123456789abcdef0123456789abcdef | sha256sum | cut -c1-32
 */
static void the_machine_id_is_hashed_as_documented(void **state)
{
    char hash[HOST_MACHINE_ID_SIZE];

    (void)state;
    host_identity_hash("0123456789abcdef0123456789abcdef", hash);
    assert_string_equal(hash, "2f7a2f4c4003b9faf52165e5364dbc20");
}

static void load_is_read(void **state)
{
    struct host_pressure pressure;
    int64_t steal, total;

    (void)state;
    host_load_parse_stat("cpu  10 1 20 300 4 0 5 60 7 8\ncpu0 1 1\n", &steal, &total);
    assert_int_equal(steal, 60);
    assert_int_equal(total, 400); /* guest time is part of user time already */
    host_load_parse_stat("cpu  10 1", &steal, &total);
    assert_int_equal(steal, -1);
    host_load_parse_pressure("some avg10=1.50 avg60=0.25 avg300=0.00 total=42\nfull ...",
                             &pressure);
    assert_true(pressure.some_avg10 == 1.5 && pressure.some_avg60 == 0.25);
    assert_int_equal(pressure.some_total_us, 42);
    host_load_parse_pressure("", &pressure);
    assert_int_equal(pressure.some_total_us, -1);
}

static void memory_is_read(void **state)
{
    struct host_memory memory;

    (void)state;
    host_memory_parse("MemTotal:       16384 kB\nMemFree: 1 kB\nMemAvailable:    1024 kB\n"
                      "HugePages_Total:       3\nHugepagesize:       2048 kB\n",
                      &memory);
    assert_int_equal(memory.total_bytes, 16 << 20);
    assert_int_equal(memory.available_bytes, 1 << 20);
    assert_int_equal(memory.huge_pages, 3);
    assert_int_equal(memory.huge_page_bytes, 2 << 20);
    assert_int_equal(memory.swap_total_bytes, -1);
}

static void of_the_command_line_only_harmless_parameters_are_kept(void **state)
{
    char parameters[64];

    (void)state;
    host_kernel_choose_parameters("BOOT_IMAGE=/v root=UUID=12-34 mitigations=off quiet "
                                  "ip=10.0.0.1::host nosmt mitigationsfoo=1 -- nosmt",
                                  parameters, sizeof parameters);
    assert_string_equal(parameters, "mitigations=off nosmt");
    host_kernel_choose_parameters("mitigations=off nosmt\n", parameters, 17);
    assert_string_equal(parameters, "mitigations=off");
    host_kernel_choose_parameters("", parameters, sizeof parameters);
    assert_string_equal(parameters, "");
}

static void reading_is_bounded_and_never_waits(void **state)
{
    char folder[] = "/tmp/virtlab-test.XXXXXX", fifo[64], buffer[8];
    int64_t number = 7;

    (void)state;
    assert_int_equal(host_read("/dev/zero", buffer, sizeof buffer), 7);
    assert_int_equal(host_read("/nonexistent", buffer, sizeof buffer), -ENOENT);
    assert_int_equal(host_read("/", buffer, sizeof buffer), -EISDIR);
    assert_string_equal(buffer, "");
    assert_false(host_read_number("/proc/version", &number));
    assert_int_equal(number, 7);
    assert_non_null(mkdtemp(folder));
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(host_read(fifo, buffer, sizeof buffer), 0);
    unlink(fifo);
    rmdir(folder);
}

static void a_chosen_word_is_taken_out_of_its_brackets(void **state)
{
    char line[] = "always [madvise] never", plain[] = "none";

    (void)state;
    host_chosen_word(line);
    assert_string_equal(line, "madvise");
    host_chosen_word(plain);
    assert_string_equal(plain, "none");
}

static void trying_a_namespace_leaves_this_process_where_it_is(void **state)
{
    char before[64], after[64];

    (void)state;
    assert_true(readlink("/proc/self/ns/uts", before, sizeof before) > 0);
    assert_true(host_namespace_try(WAY_USER, NAMESPACE_UTS) >= 0);
    assert_true(readlink("/proc/self/ns/uts", after, sizeof after) > 0);
    assert_memory_equal(before, after, 10);
    /* Every child has been reaped. */
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hypervisors_are_told_apart),
        cmocka_unit_test(a_v2_host_is_recognised),
        cmocka_unit_test(a_v1_host_is_recognised),
        cmocka_unit_test(a_hybrid_host_is_recognised),
        cmocka_unit_test(odd_mountinfo_does_no_harm),
        cmocka_unit_test(the_machine_id_is_hashed_as_documented),
        cmocka_unit_test(load_is_read),
        cmocka_unit_test(memory_is_read),
        cmocka_unit_test(of_the_command_line_only_harmless_parameters_are_kept),
        cmocka_unit_test(reading_is_bounded_and_never_waits),
        cmocka_unit_test(a_chosen_word_is_taken_out_of_its_brackets),
        cmocka_unit_test(trying_a_namespace_leaves_this_process_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
