/* SPDX-License-Identifier: MIT */
/* What a guest system's processors are told about themselves, and how the first one starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "minivmm/boot/cpu_model.h"
#include "minivmm/boot/cpu_start.h"

enum { LEAVES = 16 };

/* What KVM could have told on some host: every bit set that must not get through. */
static struct cpu_model model_of(const char vendor[12])
{
    const struct kvm_cpuid_entry2 leaves[] = {
        {.function = 0,          .eax = 0x1f  },
        {               .function = 1,                                   .ebx = 0x07080800,               .ecx = ~0u, .edx = ~0u},
        {               .function = 4,                                   .index = 0,        .flags = 1, .eax = 0xfc004121},
        {               .function = 4,                                   .index = 3,        .flags = 1, .eax = 0xfc01c163},
        {               .function = 4,                                   .index = 4,                         .flags = 1},
        { .function = 0xa,                     .eax = 0x07300805,                       .ebx = 1, .edx = 0x603},
        {                       .function = 0xb,                        .index = 0,                   .flags = 1, .eax = 1, .ebx = 2, .ecx = 0x100, .edx = 7},
        {                     .function = 0xb,                                                            .index = 1,    .flags = 1, .eax = 5, .ebx = 32, .ecx = 0x201, .edx = 7},
        {.function = 0x1f,.index = 0,               .flags = 1},
        {                             .function = 0x80000001,                                                                             .ecx = ~0u          },
        {.function = 0x80000008,.ecx = 0x703f},
        {                                        .function = 0x8000001e,                                                                                           .eax = 7,           .ebx = 0x103, .ecx = 0x301},
    };
    struct cpu_model model = {.tsc_deadline = true};

    model.supported = calloc(1, sizeof *model.supported + sizeof leaves);
    assert_non_null(model.supported);
    model.supported->nent = sizeof leaves / sizeof *leaves;
    memcpy(model.supported->entries, leaves, sizeof leaves);
    memcpy(&model.supported->entries[0].ebx, vendor, 4);
    memcpy(&model.supported->entries[0].edx, vendor + 4, 4);
    memcpy(&model.supported->entries[0].ecx, vendor + 8, 4);
    return model;
}

struct filled {
    unsigned count;
    struct kvm_cpuid_entry2 leaves[LEAVES + CPU_MODEL_ADDED_MAX];
};

static struct filled fill(const char vendor[12], unsigned index, unsigned cpus)
{
    struct cpu_model model = model_of(vendor);
    struct filled filled;

    filled.count = cpu_model_fill(&model, index, cpus, filled.leaves);
    assert_true(filled.count <= model.supported->nent + CPU_MODEL_ADDED_MAX);
    cpu_model_free(&model);
    return filled;
}

static const struct kvm_cpuid_entry2 *leaf(const struct filled *filled, uint32_t function,
                                           uint32_t index)
{
    const struct kvm_cpuid_entry2 *found = NULL;

    for (unsigned i = 0; i < filled->count; i++)
        if (filled->leaves[i].function == function && filled->leaves[i].index == index) {
            assert_null(found); /* never twice */
            found = &filled->leaves[i];
        }
    assert_non_null(found);
    return found;
}

static void each_cpu_has_its_own_id(void **state)
{
    (void)state;
    for (unsigned index = 0; index < 3; index++) {
        struct filled filled = fill("GenuineIntel", index, 3);
        assert_int_equal(leaf(&filled, 1, 0)->ebx, index << 24 | 3 << 16 | 0x0800);
        for (uint32_t level = 0; level < 3; level++) {
            assert_int_equal(leaf(&filled, 0xb, level)->edx, index);
            assert_int_equal(leaf(&filled, 0x1f, level)->edx, index);
        }
        filled = fill("AuthenticAMD", index, 3);
        assert_int_equal(leaf(&filled, 0x8000001e, 0)->eax, index);
        assert_int_equal(leaf(&filled, 0x8000001e, 0)->ebx, index); /* core, one thread */
        assert_int_equal(leaf(&filled, 0x8000001e, 0)->ecx, 0);
    }
}

static void all_cpus_are_cores_of_one_package(void **state)
{
    static const struct {
        unsigned cpus, bits;
    } cases[] = {
        {1,  0},
        {2,  1},
        {3,  2},
        {4,  2},
        {5,  3},
        {64, 6}
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned cpus = cases[i].cpus;
        struct filled filled = fill("GenuineIntel", 0, cpus);
        assert_int_equal(leaf(&filled, 0xb, 0)->eax, 0);
        assert_int_equal(leaf(&filled, 0xb, 0)->ebx, 1);
        assert_int_equal(leaf(&filled, 0xb, 0)->ecx, 0x100);
        assert_int_equal(leaf(&filled, 0xb, 1)->eax, cases[i].bits);
        assert_int_equal(leaf(&filled, 0xb, 1)->ebx, cpus);
        assert_int_equal(leaf(&filled, 0xb, 1)->ecx, 0x201);
        assert_int_equal(leaf(&filled, 0xb, 2)->ebx, 0);
        assert_int_equal(leaf(&filled, 0xb, 2)->ecx, 2);
        assert_int_equal(leaf(&filled, 1, 0)->edx >> 28 & 1, cpus > 1);
        /* Leaf 4: cores in the package, and who shares the cache of each level. */
        assert_int_equal(leaf(&filled, 4, 0)->eax >> 26, cpus - 1);
        assert_int_equal(leaf(&filled, 4, 0)->eax >> 14 & 0xfff, 0);
        assert_int_equal(leaf(&filled, 4, 3)->eax >> 14 & 0xfff, cpus - 1);
        assert_int_equal(leaf(&filled, 4, 4)->eax, 0);

        filled = fill("AuthenticAMD", 0, cpus);
        assert_int_equal(leaf(&filled, 0x80000008, 0)->ecx, (cpus - 1) | cases[i].bits << 12);
        assert_int_equal(leaf(&filled, 0x80000001, 0)->ecx >> 1 & 1, cpus > 1);
    }
}

static void what_the_machine_does_not_have_is_masked(void **state)
{
    struct filled filled = fill("GenuineIntel", 0, 1);
    const struct kvm_cpuid_entry2 *counters = leaf(&filled, 0xa, 0);

    (void)state;
    assert_int_equal(counters->eax | counters->ebx | counters->ecx | counters->edx, 0);
    assert_int_equal(leaf(&filled, 1, 0)->ecx >> 5 & 1, 0);  /* VMX */
    assert_int_equal(leaf(&filled, 1, 0)->ecx >> 15 & 1, 0); /* PDCM */
    assert_int_equal(leaf(&filled, 1, 0)->ecx >> 31, 1);     /* a hypervisor */
    /* Another vendor's bits are left alone. */
    assert_int_equal(leaf(&filled, 0x80000001, 0)->ecx, ~0u);
    assert_int_equal(leaf(&filled, 0x80000008, 0)->ecx, 0x703f);

    filled = fill("AuthenticAMD", 0, 1);
    assert_int_equal(leaf(&filled, 0x80000001, 0)->ecx >> 2 & 1, 0); /* SVM */
}

static void the_tsc_deadline_is_what_the_local_apic_can(void **state)
{
    struct cpu_model model = model_of("GenuineIntel");
    struct filled filled;

    (void)state;
    for (int can = 0; can < 2; can++) {
        model.tsc_deadline = can;
        model.supported->entries[1].ecx = can ? 0 : ~0u;
        filled.count = cpu_model_fill(&model, 0, 1, filled.leaves);
        assert_int_equal(leaf(&filled, 1, 0)->ecx >> 24 & 1, can);
    }
    cpu_model_free(&model);
}

static void the_linux_protocol_starts_in_long_mode(void **state)
{
    const struct kernel_start start = {.protocol = MINIVMM_PROTOCOL_LINUX,
                                       .entry = 0x1000200,
                                       .parameter = 0x7000,
                                       .gdt = 0x500,
                                       .page_tables = 0x9000};
    struct kvm_sregs sregs = {.apic_base = 0xfee00900};
    struct kvm_regs regs;

    (void)state;
    cpu_start_fill(&start, &sregs, &regs);
    assert_int_equal(regs.rip, 0x1000200);
    assert_int_equal(regs.rsi, 0x7000);
    assert_int_equal(regs.rflags, 2);
    assert_int_equal(regs.rbx | regs.rax | regs.rsp | regs.rdi, 0);
    assert_int_equal(sregs.cr0, 0x80000011);
    assert_int_equal(sregs.cr3, 0x9000);
    assert_int_equal(sregs.cr4, 0x20);
    assert_int_equal(sregs.efer, 0x500);
    assert_int_equal(sregs.cs.selector, 0x10);
    assert_int_equal(sregs.ds.selector, 0x18);
    assert_true(sregs.cs.l && !sregs.cs.db);
    assert_int_equal(sregs.gdt.base, 0x500);
    assert_int_equal(sregs.apic_base, 0xfee00900); /* KVM's own stays */
}

static void pvh_starts_without_paging(void **state)
{
    const struct kernel_start start = {
        .protocol = MINIVMM_PROTOCOL_PVH, .entry = 0x1000000, .parameter = 0x6000, .gdt = 0x500};
    struct kvm_sregs sregs = {.cr3 = 1, .cr4 = 1, .efer = 1};
    struct kvm_regs regs;

    (void)state;
    cpu_start_fill(&start, &sregs, &regs);
    assert_int_equal(regs.rip, 0x1000000);
    assert_int_equal(regs.rbx, 0x6000);
    assert_int_equal(regs.rsi, 0);
    assert_int_equal(sregs.cr0, 0x11);
    assert_int_equal(sregs.cr3 | sregs.cr4 | sregs.efer, 0);
    assert_int_equal(sregs.cs.selector, 0x08);
    assert_true(sregs.cs.db && !sregs.cs.l);
    assert_int_equal(sregs.cs.base, 0);
    assert_int_equal(sregs.cs.limit, 0xffffffff);
    assert_int_equal(sregs.tr.type, 11); /* a busy TSS: the processor insists */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cpu_has_its_own_id),
        cmocka_unit_test(all_cpus_are_cores_of_one_package),
        cmocka_unit_test(what_the_machine_does_not_have_is_masked),
        cmocka_unit_test(the_tsc_deadline_is_what_the_local_apic_can),
        cmocka_unit_test(the_linux_protocol_starts_in_long_mode),
        cmocka_unit_test(pvh_starts_without_paging),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
