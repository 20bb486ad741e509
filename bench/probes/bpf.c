/* SPDX-License-Identifier: MIT */
/*
 * bpf: can a program be loaded into the host's kernel's virtual machine (bpf(2)), which may watch
 * and steer everything? Loads one that returns 0, attaches it to nothing, and lets go of it. Who
 * may is set by kernel.unprivileged_bpf_disabled.
 */
#include <linux/bpf.h>
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct bpf_insn program[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT                          },
    };
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof(attributes));
    attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    attributes.insns = (uintptr_t)program;
    attributes.insn_cnt = sizeof(program) / sizeof(program[0]);
    attributes.license = (uintptr_t) "";
    if (syscall(SYS_bpf, (long)BPF_PROG_LOAD, &attributes, sizeof(attributes)) < 0)
        return probe_failed("bpf(BPF_PROG_LOAD)");
    return probe_report(VERDICT_ALLOWED, "loaded a program into the kernel");
}
