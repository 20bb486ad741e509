/* SPDX-License-Identifier: MIT */
/*
 * A kernel in one file, for `minivmm boot`: entered at _start by the 64-bit Linux protocol, it does
 * what its command line says, word by word, and needs nothing that KVM's software back end cannot
 * do. Words:
 *
 *   say:TEXT  string     print on the serial port, byte by byte or by one REP OUTSB
 *   flood                print without end
 *   echo                 print what is typed, up to a 'q'
 *   memory               print how many MiB of RAM there are
 *   cpus:N               wake all processors, wait for N, and print how many there are
 *   mark:N  exit:N       write to the boot timer, to the debug exit
 *   off  reset  i8042  triple  the other ways to end
 *   halt  spin           do not end
 *   rubbish:SEED         write rubbish into every register and ring of every device
 */
#pragma GCC target("general-regs-only") /* nobody has switched SSE on */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

enum {
    COM1 = 0x3f8,
    LINE_STATUS = COM1 + 5,
    RECEIVED = 1,
    CAN_SEND = 0x20,
    PORT_MARK = 0xe9,
    PORT_EXIT = 0xf4,
    PORT_SLEEP = 0x600,
    PORT_RESET = 0x602,
    /* In struct boot_params (Documentation/x86/zero-page.rst). */
    E820_COUNT = 0x1e8,
    COMMAND_LINE = 0x228,
    E820_TABLE = 0x2d0,
    E820_ENTRY = 20,
    E820_RAM = 1,
};

static void out8(u16 port, u8 value)
{
    asm volatile("outb %0, %1" : : "a"(value), "d"(port));
}

static void out32(u16 port, u32 value)
{
    asm volatile("outl %0, %1" : : "a"(value), "d"(port));
}

static u8 in8(u16 port)
{
    u8 value;
    asm volatile("inb %1, %0" : "=a"(value) : "d"(port));
    return value;
}

static void write32(u64 address, u32 value)
{
    *(volatile u32 *)address = value;
}

static u32 read32(u64 address)
{
    return *(volatile u32 *)address;
}

/* --- the serial port -------------------------------------------------------------------------- */

static void send(u8 byte)
{
    while (!(in8(LINE_STATUS) & CAN_SEND))
        ;
    out8(COM1, byte);
}

static void send_text(const char *text)
{
    while (*text && *text != ' ')
        send((u8)*text++);
    send('\n');
}

static void send_number(u64 number)
{
    char text[21], *start = text + sizeof text - 1;

    *start = '\0';
    do
        *--start = (char)('0' + number % 10);
    while (number /= 10);
    send_text(start);
}

static void send_string(void)
{
    static const char text[] = "one exit\n";
    const char *from = text;
    u64 count = sizeof text - 1;

    asm volatile("rep outsb" : "+S"(from), "+c"(count) : "d"((u16)COM1) : "memory");
}

static void echo(void)
{
    u8 byte;

    out8(COM1 + 4, 3); /* DTR and RTS: we listen */
    do {
        while (!(in8(LINE_STATUS) & RECEIVED))
            ;
        byte = in8(COM1);
        send(byte);
    } while (byte != 'q');
    send('\n');
}

/* --- memory and processors -------------------------------------------------------------------- */

static void count_memory(const u8 *zero_page)
{
    u64 bytes = 0;

    for (unsigned i = 0; i < zero_page[E820_COUNT]; i++) {
        const u8 *entry = zero_page + E820_TABLE + i * E820_ENTRY;
        if (*(const u32 *)(entry + 16) == E820_RAM)
            bytes += *(const u64 *)(entry + 8);
    }
    send_number(bytes >> 20);
}

/* The local APIC (Intel SDM volume 3, 11.6): an INIT and a SIPI to all others. */
#define APIC 0xfee00000u
enum { APIC_SPURIOUS = 0xf0, APIC_COMMAND = 0x300 };
enum { INIT_OTHERS = 0xc4500, STARTUP_OTHERS = 0xc4600, WOKEN = 0x10100 };

static void count_processors(u64 expected)
{
    /* At 0x10000, in real mode: add one to [0x10100] and halt. */
    static const u8 code[] = {0x8c, 0xc8,                   /* mov %cs, %ax */
                              0x8e, 0xd8,                   /* mov %ax, %ds */
                              0xf0, 0xff, 0x06, 0x00, 0x01, /* lock incw 0x100 */
                              0xfa, 0xf4, 0xeb, 0xfc};      /* cli; hlt; again */
    volatile u16 *woken = (volatile u16 *)WOKEN;

    for (unsigned i = 0; i < sizeof code; i++)
        ((volatile u8 *)0x10000)[i] = code[i];
    *woken = 1; /* this one */
    write32(APIC + APIC_SPURIOUS, read32(APIC + APIC_SPURIOUS) | 0x100);
    write32(APIC + APIC_COMMAND, INIT_OTHERS);
    write32(APIC + APIC_COMMAND, STARTUP_OTHERS | 0x10);
    while (*woken < expected)
        ;
    send_number(*woken);
}

/* --- rubbish ---------------------------------------------------------------------------------- */

enum { VIRTIO = 0xd0000000, PLACES = 6, PAGE = 4096, RINGS = 16 << 20, ROUNDS = 100 };

static u64 seed;

static u64 random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* An address or length that somebody may have forgotten to check. */
static u64 bad_number(void)
{
    switch (random() % 8) {
    case 0:
        return random();
    case 1:
        return ~0ul - random() % 8192;
    case 2:
        return VIRTIO + random() % (PLACES * PAGE);
    case 3:
        return (32 << 20) - random() % 8192; /* the end of a small RAM */
    case 4:
        return 0;
    default:
        return RINGS + random() % (4 * PAGE) / 16 * 16;
    }
}

/* Descriptors, available ring and used ring, a page each: some of it as a driver would write it. */
static void fill_rings(void)
{
    for (u64 at = RINGS; at < RINGS + 3 * PAGE; at += 8 + random() % 64 * 8)
        *(volatile u64 *)at = bad_number();
    for (u64 at = RINGS; at < RINGS + 8 * 16; at += 16) {
        *(volatile u64 *)at = random() % 4 ? RINGS + 3 * PAGE + random() % PAGE : bad_number();
        *(volatile u32 *)(at + 8) = random() % 4 ? (u32)(random() % 600) : (u32)bad_number();
        *(volatile u32 *)(at + 12) = random() % 8 | random() % 9 << 16; /* NEXT, WRITE, INDIRECT */
    }
    for (u64 at = RINGS + PAGE; at < RINGS + PAGE + 64; at += 2)
        *(volatile u16 *)at = (u16)(random() % 9);
}

/*
 * As an honest driver would fill them, but for one thing perhaps: so that requests are served, and
 * what is wrong is met deep inside. Eight chains of what the device reads and what it writes.
 */
static void fill_rings_almost_well(void)
{
    volatile u64 *data = (volatile u64 *)(RINGS + 3 * PAGE);

    for (u64 at = RINGS; at < RINGS + 3 * PAGE; at += 8)
        *(volatile u64 *)at = 0;
    for (u64 chain = 0; chain < 8; chain++) {
        volatile u64 *descriptor = (volatile u64 *)(RINGS + chain * 32);
        descriptor[0] = (u64)data + chain * 256; /* addresses; then length, flags, next */
        descriptor[1] = random() % 96 | 1ul << 32 | (chain * 2 + 1) << 48;
        descriptor[2] = (u64)data + 4096 + chain * 1024;
        descriptor[3] = random() % 1600 | 2ul << 32;
        data[chain * 32] = random() % 5;        /* a disk's request: what */
        data[chain * 32 + 1] = random() % 4096; /* and where */
        *(volatile u16 *)(RINGS + PAGE + 4 + chain * 2) = (u16)(chain * 2);
    }
    *(volatile u16 *)(RINGS + PAGE + 2) = 8;
    if (random() % 2)
        *(volatile u32 *)(RINGS + random() % (64 * 4) * 4) = (u32)bad_number();
}

/* More of the same buffers, and changes to them while the device may be looking. */
static void keep_offering(u64 device)
{
    for (unsigned i = 0; i < 8; i++) {
        *(volatile u16 *)(RINGS + PAGE + 2) += random() % 4;
        write32(device + 0x50, (u32)(random() % 4));
        if (random() % 4 == 0)
            *(volatile u32 *)(RINGS + random() % (64 * 4) * 4) = (u32)bad_number();
        write32(device + 0x64, (u32)random() % 4);
    }
}

/* A driver that sets the device up as it should, but for what it hands over. well: but for a little
 * of it. */
static void set_up(u64 device, int well)
{
    static const u32 states[] = {0, 1, 3, 11};

    for (unsigned i = 0; i < 4; i++) {
        write32(device + 0x70, states[i]);
        if (states[i] == 3) { /* all features offered */
            for (u32 half = 0; half < 2; half++) {
                write32(device + 0x14, half);
                u32 features = read32(device + 0x10);
                write32(device + 0x24, half);
                write32(device + 0x20, well || random() % 4 ? features : (u32)random());
            }
        }
    }
    for (u32 queue = 0; queue < 8; queue++) {
        write32(device + 0x30, queue);
        write32(device + 0x38, well           ? read32(device + 0x34) >> random() % 3
                               : random() % 4 ? 1u << random() % 9
                                              : (u32)bad_number());
        for (unsigned i = 0; i < 3; i++) {
            u64 address = well || random() % 8 ? RINGS + i * PAGE : bad_number();
            write32(device + 0x80 + i * 0x10, (u32)address);
            write32(device + 0x84 + i * 0x10, (u32)(address >> 32));
        }
        write32(device + 0x44, 1);
    }
    write32(device + 0x70, 15);
    for (u32 queue = 0; queue < 8; queue++)
        write32(device + 0x50, queue);
}

static void poke(u64 address)
{
    u64 value = bad_number();

    switch (random() % 4) {
    case 0:
        *(volatile u8 *)address = (u8)value;
        break;
    case 1:
        *(volatile u16 *)(address & ~1ul) = (u16)value;
        break;
    case 2:
        write32(address & ~3ul, (u32)value);
        break;
    default:
        *(volatile u64 *)(address & ~7ul) = value;
        break;
    }
}

/* Not those that end the machine: sleep, reset, exit, the keyboard controller's command. */
static void poke_ports(void)
{
    static const u16 ports[] = {0x60,  0x70,  0x71,  0xe9,  0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc,
                                0x3fd, 0x3fe, 0x3ff, 0x601, 0x80,  0xcf8, 0xcfc, 0xffff};

    for (unsigned i = 0; i < 20; i++) {
        u16 port = ports[random() % (sizeof ports / sizeof *ports)];
        random() % 4 ? out8(port, (u8)random()) : out32(port, (u32)random());
        in8(port);
    }
}

static void write_rubbish(u64 start)
{
    seed = start * 0x9e3779b97f4a7c15 + 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        u64 device = VIRTIO + random() % PLACES * PAGE;
        int well = random() % 2;
        well ? fill_rings_almost_well() : fill_rings();
        if (well || random() % 3)
            set_up(device, well);
        if (well)
            keep_offering(device);
        for (unsigned i = 0; i < 20; i++)
            poke(device + random() % (random() % 4 ? 0x120 : PAGE));
        poke_ports();
    }
    out8(COM1 + 3, 3); /* the serial port as it was, more or less */
    out8(COM1 + 4, 0);
}

/* --- the command line ------------------------------------------------------------------------- */

static _Noreturn void stay(int halted)
{
    for (;;)
        if (halted)
            asm volatile("cli; hlt");
}

/* What follows word in text, NULL if text does not start with it. */
static const char *after(const char *text, const char *word)
{
    while (*word)
        if (*text++ != *word++)
            return 0;
    return text;
}

static u64 number(const char *text)
{
    u64 value = 0;

    while (*text >= '0' && *text <= '9')
        value = value * 10 + (u64)(*text++ - '0');
    return value;
}

static void triple_fault(void)
{
    static const struct {
        u16 limit;
        u64 base;
    } __attribute__((packed)) none = {0, 0};

    asm volatile("lidt %0; ud2" : : "m"(none));
}

static void obey(const char *word, const u8 *zero_page)
{
    const char *rest;

    if ((rest = after(word, "say:")))
        send_text(rest);
    else if (after(word, "string"))
        send_string();
    else if (after(word, "flood"))
        for (;;)
            send('.');
    else if (after(word, "echo"))
        echo();
    else if (after(word, "memory"))
        count_memory(zero_page);
    else if ((rest = after(word, "cpus:")))
        count_processors(number(rest));
    else if ((rest = after(word, "mark:")))
        out8(PORT_MARK, (u8)number(rest));
    else if ((rest = after(word, "exit:")))
        out8(PORT_EXIT, (u8)number(rest));
    else if (after(word, "off"))
        out8(PORT_SLEEP, 5 << 2 | 1 << 5);
    else if (after(word, "reset"))
        out8(PORT_RESET, 1);
    else if (after(word, "i8042"))
        out8(0x64, 0xfe);
    else if (after(word, "triple"))
        triple_fault();
    else if ((rest = after(word, "rubbish:")))
        write_rubbish(number(rest));
    else if (after(word, "halt"))
        stay(1);
    else if (after(word, "spin"))
        stay(0);
}

__attribute__((used)) static _Noreturn void start(const u8 *zero_page)
{
    const char *text = (const char *)(u64) * (const u32 *)(zero_page + COMMAND_LINE);

    while (*text) {
        while (*text == ' ')
            text++;
        if (*text)
            obey(text, zero_page);
        while (*text && *text != ' ')
            text++;
    }
    stay(1);
}

__attribute__((aligned(16), used)) static u8 stack[16384];

asm(".globl _start\n"
    "_start: lea stack + 16384(%rip), %rsp\n"
    "        mov %rsi, %rdi\n"
    "        call start\n");
