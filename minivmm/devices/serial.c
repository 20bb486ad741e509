/* SPDX-License-Identifier: MIT */
/* The 16550A as a driver sees it: registers, FIFOs, interrupt. */
#include "minivmm/devices/serial.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "minivmm/devices/layout.h"

enum {
    DATA,    /* receive and transmit; with LCR_DLAB the divisor's low byte */
    IER,     /* interrupt enable; with LCR_DLAB the divisor's high byte */
    IIR_FCR, /* read: interrupt identification; written: FIFO control */
    LCR,     /* line control */
    MCR,     /* modem control */
    LSR,     /* line status */
    MSR,     /* modem status */
    SCR,     /* scratch: a byte of memory */
    REGISTERS,
};

#define IER_RECEIVED 0x01
#define IER_THRE     0x02 /* the transmitter holding register is empty */
#define IER_LINE     0x04
#define IER_MODEM    0x08
#define IER_BITS     0x0f /* the rest always read as 0: that is how drivers tell later chips */

/* Which interrupt: of several, the first of these (data sheet, table III). */
#define IIR_LINE     0x06
#define IIR_RECEIVED 0x04
#define IIR_TIMEOUT  0x0c /* fewer bytes than the trigger level, and no more for a while */
#define IIR_THRE     0x02
#define IIR_MODEM    0x00
#define IIR_NONE     0x01
#define IIR_FIFOS    0xc0 /* the FIFOs are on: it is a 16550A, and they work */

#define FCR_ENABLE        0x01
#define FCR_CLEAR_RECEIVE 0x02
#define FCR_TRIGGER(fcr)  ((fcr) >> 6)
#define FCR_BITS          0xc9 /* those that stay */

#define LCR_DLAB 0x80

#define MCR_DTR  0x01
#define MCR_RTS  0x02
#define MCR_OUT1 0x04
#define MCR_OUT2 0x08
#define MCR_LOOP 0x10 /* outputs lead to inputs: what is sent is received */
#define MCR_BITS 0x1f

#define LSR_DATA_READY 0x01
#define LSR_OVERRUN    0x02
#define LSR_THRE       0x20
#define LSR_TEMT       0x40 /* the shift register is empty too */

#define MSR_CTS   0x10
#define MSR_DSR   0x20
#define MSR_RI    0x40
#define MSR_DCD   0x80
#define MSR_LINES 0xf0
#define MSR_RANG  0x04 /* RI went from on to off */

/* The other end is always there: carrier, ready, clear to send. */
#define LINES_CONNECTED (MSR_DCD | MSR_DSR | MSR_CTS)

static bool has_fifos(const struct serial *serial)
{
    return serial->fcr & FCR_ENABLE;
}

static uint8_t interrupt_cause(const struct serial *serial)
{
    static const uint8_t trigger[] = {1, 4, 8, 14};

    if ((serial->ier & IER_LINE) && serial->overrun)
        return IIR_LINE;
    if ((serial->ier & IER_RECEIVED) && serial->fifo.count > 0) {
        bool few = has_fifos(serial) && serial->fifo.count < trigger[FCR_TRIGGER(serial->fcr)];
        return few ? IIR_TIMEOUT : IIR_RECEIVED;
    }
    if ((serial->ier & IER_THRE) && serial->thre_unseen)
        return IIR_THRE;
    if ((serial->ier & IER_MODEM) && (serial->msr & ~MSR_LINES))
        return IIR_MODEM;
    return IIR_NONE;
}

/*
 * After every change. A PC lets OUT2 switch the interrupt line too; not here, for the sake of
 * guests that were only ever tested where nothing does.
 */
static void update_interrupt(struct serial *serial)
{
    bool interrupt = interrupt_cause(serial) != IIR_NONE;

    if (interrupt && !serial->interrupt)
        irq_raise(serial->irq);
    serial->interrupt = interrupt;
}

/* --- receiving ------------------------------------------------------------------------------- */

static void put_received(struct serial *serial, uint8_t byte)
{
    size_t room = has_fifos(serial) ? SERIAL_FIFO : 1;

    if (serial->fifo.count < room)
        byte_ring_put(&serial->fifo, byte);
    else
        serial->overrun = true;
}

/*
 * Only into an empty FIFO: so the interrupt output has been low in between, and there is a new edge
 * for each FIFO full of bytes. Linux's handler gives up after so many rounds without a pause.
 */
void serial_receive(struct serial *serial)
{
    if (!(serial->mcr & MCR_RTS) || (serial->mcr & MCR_LOOP) || serial->fifo.count > 0)
        return;
    update_interrupt(serial);
    for (size_t room = has_fifos(serial) ? SERIAL_FIFO : 1; room > 0 && serial->input.count > 0;
         room--)
        byte_ring_put(&serial->fifo, byte_ring_take(&serial->input));
    update_interrupt(serial);
    if (serial->parked)
        serial_wake(serial);
}

static uint8_t read_data(struct serial *serial)
{
    uint8_t byte = serial->fifo.count > 0 ? byte_ring_take(&serial->fifo) : 0;

    serial_receive(serial);
    return byte;
}

/* --- sending --------------------------------------------------------------------------------- */

void serial_drained(struct serial *serial)
{
    if (serial->stalled && serial->output.count <= SERIAL_OUTPUT / 2) {
        serial->stalled = false;
        serial->thre_unseen = true;
        update_interrupt(serial);
    }
}

static void send_to_host(struct serial *serial, uint8_t byte)
{
    if (byte_ring_room(&serial->recent) == 0)
        byte_ring_drop(&serial->recent, 1);
    byte_ring_put(&serial->recent, byte);
    if (serial->out.fd < 0 || serial->output_error != 0)
        return;
    /* Who writes without asking LSR loses what does not fit, as on a wire. */
    if (byte_ring_room(&serial->output) > 0)
        byte_ring_put(&serial->output, byte);
    /* A driver that was told "ready" may send as much as the transmitter's FIFO holds. */
    serial->stalled = byte_ring_room(&serial->output) < SERIAL_FIFO;
    if (serial->output.count == 1)
        serial_wake(serial);
}

static void write_data(struct serial *serial, uint8_t byte)
{
    if (serial->mcr & MCR_LOOP)
        put_received(serial, byte);
    else
        send_to_host(serial, byte);
    serial->thre_unseen = !serial->stalled;
}

/* --- registers ------------------------------------------------------------------------------- */

static uint8_t modem_lines(const struct serial *serial)
{
    uint8_t mcr = serial->mcr;

    if (!(mcr & MCR_LOOP))
        return LINES_CONNECTED;
    return (uint8_t)((mcr & MCR_RTS ? MSR_CTS : 0) | (mcr & MCR_DTR ? MSR_DSR : 0) |
                     (mcr & MCR_OUT1 ? MSR_RI : 0) | (mcr & MCR_OUT2 ? MSR_DCD : 0));
}

static void write_mcr(struct serial *serial, uint8_t value)
{
    serial->mcr = value & MCR_BITS;
    uint8_t lines = modem_lines(serial);
    uint8_t changed = (uint8_t)((lines ^ serial->msr) & MSR_LINES);
    uint8_t deltas = changed >> 4; /* each in the order of its line */

    if (lines & MSR_RI) /* of RI only the end counts */
        deltas &= (uint8_t)~MSR_RANG;
    serial->msr = lines | (serial->msr & (uint8_t)~MSR_LINES) | deltas;
    serial_receive(serial);
}

static void write_fcr(struct serial *serial, uint8_t value)
{
    bool switched = (value ^ serial->fcr) & FCR_ENABLE;

    if (switched || (value & FCR_CLEAR_RECEIVE))
        byte_ring_drop(&serial->fifo, serial->fifo.count);
    /* The transmitter's FIFO is always empty: what was sent is on the line, and stays sent. */
    serial->fcr = value & FCR_ENABLE ? value & FCR_BITS : 0;
    serial_receive(serial);
}

static void write_ier(struct serial *serial, uint8_t value)
{
    bool newly = (value & IER_THRE) && !(serial->ier & IER_THRE);

    serial->ier = value & IER_BITS;
    if (newly && !serial->stalled) /* asking whether the transmitter is ready is answered at once */
        serial->thre_unseen = true;
}

static uint8_t read_iir(struct serial *serial)
{
    uint8_t cause = interrupt_cause(serial);

    if (cause == IIR_THRE)
        serial->thre_unseen = false;
    return cause | (has_fifos(serial) ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct serial *serial)
{
    uint8_t value = (uint8_t)((serial->fifo.count > 0 ? LSR_DATA_READY : 0) |
                              (serial->overrun ? LSR_OVERRUN : 0) |
                              (serial->stalled ? 0 : LSR_THRE | LSR_TEMT));

    serial->overrun = false;
    return value;
}

static uint8_t read_msr(struct serial *serial)
{
    uint8_t value = serial->msr;

    serial->msr &= MSR_LINES;
    return value;
}

static uint8_t read_register(struct serial *serial, uint64_t offset)
{
    bool divisor = serial->lcr & LCR_DLAB;

    switch (offset) {
    case DATA:
        return divisor ? serial->dll : read_data(serial);
    case IER:
        return divisor ? serial->dlm : serial->ier;
    case IIR_FCR:
        return read_iir(serial);
    case LCR:
        return serial->lcr;
    case MCR:
        return serial->mcr;
    case LSR:
        return read_lsr(serial);
    case MSR:
        return read_msr(serial);
    default:
        return serial->scr;
    }
}

static void write_register(struct serial *serial, uint64_t offset, uint8_t value)
{
    bool divisor = serial->lcr & LCR_DLAB;

    switch (offset) {
    case DATA:
        if (divisor)
            serial->dll = value;
        else
            write_data(serial, value);
        break;
    case IER:
        if (divisor)
            serial->dlm = value;
        else
            write_ier(serial, value);
        break;
    case IIR_FCR:
        write_fcr(serial, value);
        break;
    case LCR:
        serial->lcr = value;
        break;
    case MCR:
        write_mcr(serial, value);
        break;
    case SCR:
        serial->scr = value;
        break;
    default: /* LSR and MSR: read-only */
        break;
    }
}

/* An access wider than a byte is so many accesses, as the PC's bus divides it. */
static uint64_t read_ports(void *device, uint64_t offset, unsigned size)
{
    struct serial *serial = device;
    uint64_t value = 0;

    pthread_mutex_lock(&serial->lock);
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)read_register(serial, offset + i) << (8 * i);
    update_interrupt(serial);
    pthread_mutex_unlock(&serial->lock);
    return value;
}

static void write_ports(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    struct serial *serial = device;

    pthread_mutex_lock(&serial->lock);
    for (unsigned i = 0; i < size; i++)
        write_register(serial, offset + i, (uint8_t)(value >> (8 * i)));
    update_interrupt(serial);
    bool first = !serial->sent && serial->recent.count > 0;
    serial->sent |= first;
    pthread_mutex_unlock(&serial->lock);
    if (first && serial->config.first_byte)
        serial->config.first_byte(serial->config.context);
}

size_t serial_recent(struct serial *serial, char *to, size_t size)
{
    pthread_mutex_lock(&serial->lock);
    struct byte_ring recent = serial->recent;
    if (recent.count > size)
        byte_ring_drop(&recent, recent.count - size);
    size_t copied = recent.count;
    for (size_t i = 0; i < copied; i++)
        to[i] = (char)byte_ring_take(&recent);
    pthread_mutex_unlock(&serial->lock);
    return copied;
}

int serial_create(struct serial *serial, const struct serial_config *config, struct bus *ports,
                  const struct irq *irq, struct control *control, struct error *error)
{
    const struct bus_range range = {.name = "serial port",
                                    .start = LAYOUT_PORT_COM1,
                                    .length = REGISTERS,
                                    .read = read_ports,
                                    .write = write_ports,
                                    .device = serial};

    memset(serial, 0, sizeof *serial);
    serial->config = *config;
    serial->control = control;
    serial->irq = irq;
    pthread_mutex_init(&serial->lock, NULL);
    serial->fifo = (struct byte_ring){.bytes = serial->fifo_bytes, .size = SERIAL_FIFO};
    serial->input = (struct byte_ring){.bytes = serial->input_bytes, .size = SERIAL_INPUT};
    serial->output = (struct byte_ring){.bytes = serial->output_bytes, .size = SERIAL_OUTPUT};
    serial->recent = (struct byte_ring){.bytes = serial->recent_bytes, .size = SERIAL_RECENT};
    serial->msr = LINES_CONNECTED;
    serial->dll = 12; /* 9600 baud, if anybody cared */
    serial->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (serial->wake_fd < 0) {
        int errnum = errno;
        pthread_mutex_destroy(&serial->lock);
        return error_set_errno(error, errnum, "cannot make an eventfd for the serial port");
    }
    stream_open(&serial->in, config->in, false);
    stream_open(&serial->out, config->out, true);
    int result = bus_add(ports, &range, error);
    if (result < 0)
        serial_destroy(serial);
    return result;
}

void serial_destroy(struct serial *serial)
{
    stream_close(&serial->in);
    stream_close(&serial->out);
    close(serial->wake_fd);
    pthread_mutex_destroy(&serial->lock);
}
