/* SPDX-License-Identifier: MIT */
#include "tui/model/exit_words.h"

#include <stddef.h>
#include <string.h>

#include "common/i18n.h"

/* By the names that minivmm gives them (minivmm/stats.c); KVM's are in KVM_RUN's documentation. */
static const struct {
    const char *reason, *words;
} all[] = {
    {"port I/O",
     N_("The guest executed IN or OUT, and the processor may not do that in guest mode: it exits. "
        "Behind a port stands a device that the VMM plays, such as a serial port. In `minivmm "
        "run`, "
        "where there is no guest kernel, one port is the way of a system call: a stub in the guest "
        "writes to it, and the VMM answers the call.")                                                      },
    {"MMIO",
     N_("The guest touched an address where it has no memory, but a device has its registers. No "
        "page is there (EPT, NPT), so the access exits, KVM decodes the instruction, and the VMM "
        "plays the device, such as one of virtio.")                                                         },
    {"HLT",
     N_("The guest has nothing to do and halts its processor until an interrupt comes. The vCPU's "
        "thread sleeps meanwhile: this time is waiting, not work.")                                         },
    {"hypercall",               N_("The guest knows that it is one, and asked the hypervisor directly.")    },
    {"exception",               N_("An exception of the guest's that the VMM wanted to see.")               },
    {"interrupt window",        N_("The VMM has an interrupt for the guest and had to wait until the "
                            "guest would take one: now "
                            "it does.")                                             },
    {"interrupted by a signal",
     N_("Somebody outside wanted the vCPU's thread: a signal ended KVM_RUN, not the guest.")                },
    {"shutdown (triple fault)",
     N_("An exception while an exception was being handled, which failed too: a real machine would "
        "reset itself here. This is the guest's end.")                                                      },
    {"internal error of KVM",
     N_("KVM could not go on, mostly at an instruction that it cannot emulate.")                            },
    {"failed entry",            N_("The processor refused the state that the guest was to be entered with.")},
    {"system event",            N_("The guest asked for a reset or for its end.")                           },
};

const char *exit_words(const char *reason)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].reason, reason) == 0)
            return _(all[i].words);
    return NULL;
}
