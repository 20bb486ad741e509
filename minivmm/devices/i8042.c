/* SPDX-License-Identifier: MIT */
/* The keyboard controller: its own commands, and the answer that nothing is plugged in. */
#include "minivmm/devices/i8042.h"

#include "minivmm/devices/layout.h"

#define STATUS_OUTPUT_FULL 0x01 /* a byte waits in port 60 */
#define STATUS_SELF_TESTED 0x04
#define STATUS_COMMAND     0x08 /* what was written last was a command, by port 64 */
#define STATUS_UNLOCKED    0x10 /* the key on the case */
#define STATUS_AUX         0x20 /* the byte waiting is the mouse's */
#define STATUS_TIMEOUT     0x40 /* the keyboard did not answer */

enum {
    READ_COMMAND_BYTE = 0x20,
    WRITE_COMMAND_BYTE = 0x60,
    AUX_DISABLE = 0xa7,
    AUX_ENABLE = 0xa8,
    AUX_TEST = 0xa9,
    SELF_TEST = 0xaa,
    KEYBOARD_TEST = 0xab,
    KEYBOARD_DISABLE = 0xad,
    KEYBOARD_ENABLE = 0xae,
    READ_OUTPUT_PORT = 0xd0,
    WRITE_OUTPUT_PORT = 0xd1,
    WRITE_KEYBOARD_OUTPUT = 0xd2,
    WRITE_AUX_OUTPUT = 0xd3, /* come back as if from the mouse */
    WRITE_AUX = 0xd4,
    PULSE = 0xf0, /* to FF: the low four bits, where 0, pull output port lines low */
};

#define COMMAND_SYSTEM       0x04 /* the self-test has been passed */
#define COMMAND_KEYBOARD_OFF 0x10
#define COMMAND_AUX_OFF      0x20
#define OUTPUT_NO_RESET      0x01
#define OUTPUT_A20           0x02
#define SELF_TEST_PASSED     0x55
#define CLOCK_LINE_LOW       0x01 /* KEYBOARD_TEST, AUX_TEST: nothing there */
#define KEYBOARD_RESEND      0xfe /* in place of the keyboard's answer, with STATUS_TIMEOUT */

static void reset_machine(struct i8042 *i8042)
{
    control_end(i8042->control, MINIVMM_SYSTEM_REBOOTED, 0);
}

static void put(struct i8042 *i8042, uint8_t byte, uint8_t status)
{
    i8042->output = byte;
    i8042->status =
        (uint8_t)((i8042->status & ~(STATUS_AUX | STATUS_TIMEOUT)) | STATUS_OUTPUT_FULL | status);
}

/* Port 64. What it answers is there at once, so that no driver waits. */
static void command(struct i8042 *i8042, uint8_t byte)
{
    i8042->status |= STATUS_COMMAND;
    i8042->expecting = 0;
    switch (byte) {
    case READ_COMMAND_BYTE:
        put(i8042, i8042->command_byte, 0);
        break;
    case AUX_DISABLE:
        i8042->command_byte |= COMMAND_AUX_OFF;
        break;
    case AUX_ENABLE:
        i8042->command_byte &= (uint8_t)~COMMAND_AUX_OFF;
        break;
    case KEYBOARD_DISABLE:
        i8042->command_byte |= COMMAND_KEYBOARD_OFF;
        break;
    case KEYBOARD_ENABLE:
        i8042->command_byte &= (uint8_t)~COMMAND_KEYBOARD_OFF;
        break;
    case SELF_TEST:
        i8042->status |= STATUS_SELF_TESTED;
        i8042->command_byte |= COMMAND_SYSTEM;
        put(i8042, SELF_TEST_PASSED, 0);
        break;
    case AUX_TEST:
    case KEYBOARD_TEST:
        put(i8042, CLOCK_LINE_LOW, 0);
        break;
    case READ_OUTPUT_PORT:
        put(i8042, i8042->output_port, 0);
        break;
    case WRITE_COMMAND_BYTE:
    case WRITE_OUTPUT_PORT:
    case WRITE_KEYBOARD_OUTPUT:
    case WRITE_AUX_OUTPUT:
    case WRITE_AUX:
        i8042->expecting = byte;
        break;
    default:
        if (byte >= PULSE && !(byte & OUTPUT_NO_RESET))
            reset_machine(i8042);
    }
}

/* Port 60: what the last command waits for, or something for the keyboard. */
static void data(struct i8042 *i8042, uint8_t byte)
{
    uint8_t wanted = i8042->expecting;

    i8042->status &= (uint8_t)~STATUS_COMMAND;
    i8042->expecting = 0;
    switch (wanted) {
    case WRITE_COMMAND_BYTE:
        i8042->command_byte = byte;
        break;
    case WRITE_OUTPUT_PORT:
        /* A20 is remembered, but memory is never wrapped at 1 MiB: no kernel since has asked. */
        i8042->output_port = byte;
        if (!(byte & OUTPUT_NO_RESET))
            reset_machine(i8042);
        break;
    case WRITE_KEYBOARD_OUTPUT:
    case WRITE_AUX_OUTPUT: /* not marked as the mouse's: there is no line to a mouse */
        put(i8042, byte, 0);
        break;
    case WRITE_AUX:
        put(i8042, KEYBOARD_RESEND, STATUS_AUX | STATUS_TIMEOUT);
        break;
    default:
        put(i8042, KEYBOARD_RESEND, STATUS_TIMEOUT);
    }
}

static uint64_t read_data(void *device, uint64_t offset, unsigned size)
{
    struct i8042 *i8042 = device;

    (void)offset, (void)size;
    pthread_mutex_lock(&i8042->lock);
    uint8_t byte = i8042->output;
    i8042->status &= (uint8_t) ~(STATUS_OUTPUT_FULL | STATUS_AUX | STATUS_TIMEOUT);
    pthread_mutex_unlock(&i8042->lock);
    return byte;
}

static void write_data(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    struct i8042 *i8042 = device;

    (void)offset, (void)size;
    pthread_mutex_lock(&i8042->lock);
    data(i8042, (uint8_t)value);
    pthread_mutex_unlock(&i8042->lock);
}

static uint64_t read_status(void *device, uint64_t offset, unsigned size)
{
    struct i8042 *i8042 = device;

    (void)offset, (void)size;
    pthread_mutex_lock(&i8042->lock);
    uint8_t status = i8042->status;
    pthread_mutex_unlock(&i8042->lock);
    return status;
}

static void write_command(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    struct i8042 *i8042 = device;

    (void)offset, (void)size;
    pthread_mutex_lock(&i8042->lock);
    command(i8042, (uint8_t)value);
    pthread_mutex_unlock(&i8042->lock);
}

int i8042_create(struct i8042 *i8042, struct bus *ports, struct control *control,
                 struct error *error)
{
    const struct bus_range data_port = {.name = "i8042 data",
                                        .start = LAYOUT_PORT_I8042_DATA,
                                        .length = 1,
                                        .read = read_data,
                                        .write = write_data,
                                        .device = i8042};
    const struct bus_range command_port = {.name = "i8042 command",
                                           .start = LAYOUT_PORT_I8042,
                                           .length = 1,
                                           .read = read_status,
                                           .write = write_command,
                                           .device = i8042};

    *i8042 = (struct i8042){
        .control = control,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .status = STATUS_SELF_TESTED | STATUS_UNLOCKED,
        .command_byte = COMMAND_SYSTEM | COMMAND_KEYBOARD_OFF | COMMAND_AUX_OFF,
        .output_port = OUTPUT_NO_RESET | OUTPUT_A20,
    };
    int result = bus_add(ports, &data_port, error);
    return result < 0 ? result : bus_add(ports, &command_port, error);
}

void i8042_destroy(struct i8042 *i8042)
{
    pthread_mutex_destroy(&i8042->lock);
}
