/* SPDX-License-Identifier: MIT */
#include "minivmm/stack.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

#include "common/exitcode.h"
#include "minivmm/gateway.h"

enum { AUXILIARY_MAX = 20, RANDOM_BYTES = 16, CLOCK_TICKS = 100 };

static size_t count_words(char *const words[])
{
    size_t count = 0;
    while (words[count])
        count++;
    return count;
}

/* The stack is written downwards, like every stack. */
struct writer {
    struct space *space;
    uint64_t rsp;
    uint64_t lowest;
    bool full;
};

static uint64_t push_bytes(struct writer *writer, const void *bytes, size_t length)
{
    if (writer->full || writer->rsp < writer->lowest || length > writer->rsp - writer->lowest) {
        writer->full = true;
        return 0;
    }
    writer->rsp -= length;
    if (gateway_write(writer->space, guest_pointer(writer->rsp), bytes, length) < 0)
        writer->full = true;
    return writer->rsp;
}

static uint64_t push_string(struct writer *writer, const char *string)
{
    return push_bytes(writer, string, strlen(string) + 1);
}

static size_t fill_auxiliary(Elf64_auxv_t *vector, const struct elf *elf, uint64_t name,
                             uint64_t platform, uint64_t random)
{
    const Elf64_auxv_t entries[] = {
        {AT_PHDR,        {elf->headers}                         },
        {AT_PHENT,       {sizeof(Elf64_Phdr)}                   },
        {AT_PHNUM,       {elf->headers ? elf->headers_count : 0}},
        {AT_ENTRY,       {elf->entry}                           },
        {AT_BASE,        {0}                                    }, /* no dynamic loader */
        {AT_FLAGS,       {0}                                    },
        {AT_PAGESZ,      {PAGE_BYTES}                           },
        {AT_HWCAP,       {getauxval(AT_HWCAP)}                  },
        {AT_HWCAP2,      {getauxval(AT_HWCAP2) & 2}             }, /* FSGSBASE works here too; the rest may not */
        {AT_MINSIGSTKSZ, {getauxval(AT_MINSIGSTKSZ)}            },
        {AT_CLKTCK,      {CLOCK_TICKS}                          },
        {AT_UID,         {0}                                    }, /* root of its own machine, as getuid() will say */
        {AT_EUID,        {0}                                    },
        {AT_GID,         {0}                                    },
        {AT_EGID,        {0}                                    },
        {AT_SECURE,      {0}                                    },
        {AT_RANDOM,      {random}                               }, /* for stack protectors */
        {AT_EXECFN,      {name}                                 },
        {AT_PLATFORM,    {platform}                             },
        {AT_NULL,        {0}                                    },
    };
    _Static_assert(sizeof entries / sizeof *entries == AUXILIARY_MAX, "the vector has room");
    memcpy(vector, entries, sizeof entries);
    return AUXILIARY_MAX;
}

int stack_create(struct space *space, const struct elf *elf, const char *program,
                 char *const argv[], char *const envp[], uint64_t *rsp, struct error *error)
{
    size_t arguments = count_words(argv), variables = count_words(envp);
    uint64_t bottom = SPACE_STACK_TOP - space->stack_bytes;
    uint8_t random[RANDOM_BYTES];
    Elf64_auxv_t auxiliary[AUXILIARY_MAX];

    if (space_map(space, bottom, space->stack_bytes,
                  PAGE_READ | PAGE_WRITE | (elf->stack_executable ? PAGE_EXECUTE : 0u)) < 0)
        return error_set_exit(error, EXIT_CANNOT_EXECUTE, ENOMEM,
                              "no memory for the stack: give the machine more with --mem");
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return error_set_errno(error, errno, "cannot get random numbers");

    struct writer writer = {
        .space = space, .rsp = SPACE_STACK_TOP, .lowest = SPACE_STACK_TOP - space->stack_bytes / 4};
    /* argc, argv, NULL, envp, NULL, auxiliary vector: at most so many words */
    size_t words = 1 + arguments + 1 + variables + 1;
    uint64_t *block = calloc(words, sizeof *block);
    if (!block)
        return error_set_errno(error, ENOMEM, "cannot build the stack");

    push_bytes(&writer, &(uint64_t){0}, sizeof(uint64_t)); /* the kernel's end marker */
    uint64_t name = push_string(&writer, program);
    uint64_t platform = push_string(&writer, "x86_64");
    uint64_t random_at = push_bytes(&writer, random, sizeof random);
    block[0] = arguments;
    for (size_t i = variables; i-- > 0;)
        block[1 + arguments + 1 + i] = push_string(&writer, envp[i]);
    for (size_t i = arguments; i-- > 0;)
        block[1 + i] = push_string(&writer, argv[i]);

    size_t auxiliary_bytes =
        fill_auxiliary(auxiliary, elf, name, platform, random_at) * sizeof *auxiliary;
    /* The stack pointer must be a multiple of 16 at the entry point. */
    writer.rsp &= ~UINT64_C(15);
    if ((words * sizeof *block + auxiliary_bytes) % 16 != 0)
        writer.rsp -= 8;
    push_bytes(&writer, auxiliary, auxiliary_bytes);
    *rsp = push_bytes(&writer, block, words * sizeof *block);
    free(block);
    if (writer.full)
        return error_set_exit(error, EXIT_CANNOT_EXECUTE, E2BIG,
                              "the arguments and the environment are too long for the stack");
    return 0;
}
