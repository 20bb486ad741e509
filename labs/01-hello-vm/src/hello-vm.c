/* SPDX-License-Identifier: MIT */
/*
 * A virtual machine monitor in one file: hello-vm [--until STEP] IMAGE
 *
 * IMAGE is a few bytes of machine code. They go into the memory of a fresh virtual machine, one
 * virtual processor executes them, and what they send to port 0xE9 comes out here.
 *
 * Six functions, six steps. Each returns 0 (or a descriptor), or -1 when it failed, after it has
 * said why. main() at the end is complete: read it first.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    MEMORY_BYTES = 64 * 1024, /* all the memory that the guest has, from guest address 0 on */
    LOAD_ADDRESS = 0x1000,    /* where the image goes, and where the processor starts */
    CONSOLE_PORT = 0xE9,
    STEPS = 6,
};

struct machine {
    int kvm, vm, vcpu;     /* descriptors */
    unsigned char *memory; /* the guest's memory, in our own address space */
    struct kvm_run *run;   /* what the kernel tells us about each exit */
    const char *image;     /* the file's name */
};

static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void done(int step, const char *what);

/* Say it on standard error; returns -1, so that a function can end with `return fail(...)`. */
static int fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("hello-vm: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return -1;
}

/* Each step ends with this. Standard output is the guest's alone, so it goes to standard error. */
static void done(int step, const char *what)
{
    fprintf(stderr, "step %d: %s\n", step, what);
}

/* Step 1: open /dev/kvm, and make sure that it speaks version 12 of the interface. */
static int open_kvm(struct machine *machine)
{
    /*@ solution 1 */
    machine->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (machine->kvm < 0)
        return fail("cannot open /dev/kvm: %s", strerror(errno));
    int version = ioctl(machine->kvm, KVM_GET_API_VERSION, 0);
    if (version != KVM_API_VERSION)
        return fail("/dev/kvm speaks version %d, not %d", version, KVM_API_VERSION);
    done(1, "KVM speaks version 12");
    return 0;
    /*@ mutant version-check-inverted */
    machine->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (machine->kvm < 0)
        return fail("cannot open /dev/kvm: %s", strerror(errno));
    int version = ioctl(machine->kvm, KVM_GET_API_VERSION, 0);
    if (version == KVM_API_VERSION)
        return fail("/dev/kvm speaks version %d, not %d", version, KVM_API_VERSION);
    done(1, "KVM speaks version 12");
    return 0;
    /*@ skeleton */
    (void)machine;
    return fail("step 1 is still to do: open_kvm()");
    /*@ end */
}

/* Step 2: an empty machine: no memory yet, no processor. */
static int make_vm(struct machine *machine)
{
    /*@ solution 2 */
    machine->vm = ioctl(machine->kvm, KVM_CREATE_VM, 0);
    if (machine->vm < 0)
        return fail("KVM_CREATE_VM: %s", strerror(errno));
    done(2, "there is a machine");
    return 0;
    /*@ skeleton */
    (void)machine;
    return fail("step 2 is still to do: make_vm()");
    /*@ end */
}

/* Copy the image to LOAD_ADDRESS. An image that does not fit is refused. */
static int load_image(struct machine *machine)
{
    /*@ solution 3 */
    const size_t room = MEMORY_BYTES - LOAD_ADDRESS;
    FILE *file = fopen(machine->image, "rb");
    if (!file)
        return fail("cannot open %s: %s", machine->image, strerror(errno));
    size_t length = fread(machine->memory + LOAD_ADDRESS, 1, room, file);
    int too_large = length == room && fgetc(file) != EOF;
    fclose(file);
    if (too_large)
        return fail("%s has more than %zu bytes", machine->image, room);
    return 0;
    /*@ mutant no-bounds */
    FILE *file = fopen(machine->image, "rb");
    if (!file)
        return fail("cannot open %s: %s", machine->image, strerror(errno));
    for (int i = LOAD_ADDRESS, byte; (byte = fgetc(file)) != EOF; i++)
        machine->memory[i] = (unsigned char)byte;
    fclose(file);
    return 0;
    /*@ skeleton */
    (void)machine;
    return fail("step 3 is still to do: load_image()");
    /*@ end */
}

/* Step 3: our own memory becomes the guest's, from guest address 0 on. Then the image goes in. */
static int give_memory(struct machine *machine)
{
    /*@ solution 3 */
    machine->memory =
        mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (machine->memory == MAP_FAILED)
        return fail("cannot map memory: %s", strerror(errno));
    if (load_image(machine) < 0)
        return -1;
    struct kvm_userspace_memory_region region = {
        .slot = 0,
        .guest_phys_addr = 0,
        .memory_size = MEMORY_BYTES,
        .userspace_addr = (unsigned long)machine->memory,
    };
    if (ioctl(machine->vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        return fail("KVM_SET_USER_MEMORY_REGION: %s", strerror(errno));
    done(3, "the machine has memory, and the image is in it");
    return 0;
    /*@ skeleton */
    return load_image(machine);
    /*@ end */
}

/* Step 4: one virtual processor, and the page on which the kernel will tell us of its exits. */
static int make_vcpu(struct machine *machine)
{
    /*@ solution 4 */
    machine->vcpu = ioctl(machine->vm, KVM_CREATE_VCPU, 0);
    if (machine->vcpu < 0)
        return fail("KVM_CREATE_VCPU: %s", strerror(errno));
    int size = ioctl(machine->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (size < (int)sizeof *machine->run)
        return fail("KVM_GET_VCPU_MMAP_SIZE says %d", size);
    machine->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, machine->vcpu, 0);
    if (machine->run == MAP_FAILED)
        return fail("cannot map the vCPU's page: %s", strerror(errno));
    done(4, "there is a virtual processor");
    return 0;
    /*@ skeleton */
    (void)machine;
    return fail("step 4 is still to do: make_vcpu()");
    /*@ end */
}

/*
 * Step 5: where the processor starts. After a reset an x86 processor is in real mode: an address is
 * segment base plus offset, and CS points to the end of the BIOS. There is no BIOS here.
 */
static int set_registers(struct machine *machine)
{
    /*@ solution 5 */
    struct kvm_sregs sregs;
    if (ioctl(machine->vcpu, KVM_GET_SREGS, &sregs) < 0)
        return fail("KVM_GET_SREGS: %s", strerror(errno));
    sregs.cs.base = 0;
    sregs.cs.selector = 0;
    if (ioctl(machine->vcpu, KVM_SET_SREGS, &sregs) < 0)
        return fail("KVM_SET_SREGS: %s", strerror(errno));
    /* Bit 1 of RFLAGS is always set: Intel SDM volume 1, 3.4.3. */
    struct kvm_regs regs = {.rip = LOAD_ADDRESS, .rsp = MEMORY_BYTES, .rflags = 2};
    if (ioctl(machine->vcpu, KVM_SET_REGS, &regs) < 0)
        return fail("KVM_SET_REGS: %s", strerror(errno));
    done(5, "the processor is told where to start");
    return 0;
    /*@ mutant code-segment-of-reset */
    struct kvm_regs regs = {.rip = LOAD_ADDRESS, .rsp = MEMORY_BYTES, .rflags = 2};
    if (ioctl(machine->vcpu, KVM_SET_REGS, &regs) < 0)
        return fail("KVM_SET_REGS: %s", strerror(errno));
    done(5, "the processor is told where to start");
    return 0;
    /*@ skeleton */
    (void)machine;
    return fail("step 5 is still to do: set_registers()");
    /*@ end */
}

/*
 * Step 6: run, and serve one exit after the other, until the guest halts.
 * Returns 0 after HLT; -1 when the guest failed or did what we do not serve.
 */
static int run(struct machine *machine)
{
    /*@ solution 6 */
    done(6, "the guest runs");
    for (;;) {
        if (ioctl(machine->vcpu, KVM_RUN, 0) < 0) {
            /* A signal came, nothing has happened: exit_reason is still the one before. */
            if (errno == EINTR)
                continue;
            return fail("KVM_RUN: %s", strerror(errno));
        }
        switch (machine->run->exit_reason) {
        case KVM_EXIT_HLT:
            return 0;
        case KVM_EXIT_IO:
            /*@ solution 6 */
            if (machine->run->io.direction != KVM_EXIT_IO_OUT ||
                machine->run->io.port != CONSOLE_PORT)
                return fail("the guest used port 0x%x, where nothing is", machine->run->io.port);
            /*@ mutant every-port-prints */
            /*@ solution 6 */
            /* `rep outsb` brings many bytes in one exit: size bytes each, count times. */
            fwrite((char *)machine->run + machine->run->io.data_offset, machine->run->io.size,
                   machine->run->io.count, stdout);
            /*@ mutant first-byte-only */
            fputc(*((char *)machine->run + machine->run->io.data_offset), stdout);
            /*@ solution 6 */
            break;
        case KVM_EXIT_SHUTDOWN:
            return fail("the guest gave up: a fault while it handled a fault (triple fault)");
        default:
            return fail("exit reason %u is not served", machine->run->exit_reason);
        }
    }
    /*@ skeleton */
    (void)machine;
    return fail("step 6 is still to do: run()");
    /*@ end */
}

int main(int argc, char **argv)
{
    static int (*const steps[STEPS])(struct machine *) = {open_kvm,  make_vm,       give_memory,
                                                          make_vcpu, set_registers, run};
    struct machine machine = {.image = argv[argc - 1]};
    long until = STEPS;

    if (argc == 4 && strcmp(argv[1], "--until") == 0)
        until = strtol(argv[2], NULL, 10);
    else if (argc != 2)
        until = 0;
    if (until < 1 || until > STEPS) {
        fail("usage: hello-vm [--until STEP] IMAGE");
        return 2;
    }
    for (long i = 0; i < until; i++)
        if (steps[i](&machine) < 0)
            return 1;
    /* What the kernel made for us (machine, processor, memory) goes with our descriptors. */
    return 0;
}
