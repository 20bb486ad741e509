/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/board.h"

#include <string.h>

#include "minivmm/boot/cards.h"
#include "minivmm/devices/power.h"
#include "minivmm/devices/virtio_console.h"

enum { WINDOW_SLOT = 2 }; /* memory slots 0 and 1 are RAM */

int board_create(struct board *board, int vm_fd, struct error *error)
{
    *board = (struct board){.made = true, .serial_irq.fd = -1};
    for (unsigned i = 0; i < MINIVMM_NETWORKS_MAX; i++)
        board->networks[i] = (struct network){.fd = -1, .child = -1};
    return virtio_window_create(&board->window, vm_fd, WINDOW_SLOT, error);
}

static int add_serial(struct board *board, const struct minivmm_system_config *config, int vm_fd,
                      struct control *control, struct phases *phases, struct error *error)
{
    const struct serial_config serial = {
        .in = config->serial_in,
        .out = config->serial_out,
        .escapes = config->escapes,
        .sandbox = config->sandbox,
        .first_byte = phases_first_byte,
        .context = phases,
    };
    int result = irq_create(&board->serial_irq, vm_fd, LAYOUT_GSI_COM1, error);

    if (result < 0)
        return result;
    result =
        serial_create(&board->serial, &serial, &board->ports, &board->serial_irq, control, error);
    board->has_serial = result == 0;
    return result;
}

int board_add(struct board *board, const struct minivmm_system_config *config, int vm_fd,
              const struct ram *ram, struct control *control, struct phases *phases,
              struct error *error)
{
    int result;

    board->marks = (struct ports){.control = control, .mark = phases_mark, .context = phases};
    if ((result = add_serial(board, config, vm_fd, control, phases, error)) < 0 ||
        (result = i8042_create(&board->i8042, &board->ports, control, error)) < 0 ||
        (result = cmos_create(&board->cmos, &board->ports, error)) < 0 ||
        (result = power_create(&board->ports, control, error)) < 0 ||
        (result = ports_create(&board->marks, &board->ports, error)) < 0)
        return result;
    return cards_add(board, config, ram, control, error);
}

void board_describe(const struct board *board, struct acpi_machine *machine,
                    struct acpi_virtio *virtio)
{
    machine->serial = board->has_serial;
    machine->clock = true;
    for (unsigned i = 0; i < board->cards_count; i++)
        virtio[i] = (struct acpi_virtio){.address = LAYOUT_VIRTIO + i * LAYOUT_VIRTIO_STEP,
                                         .gsi = LAYOUT_GSI_VIRTIO + i};
    machine->virtio = virtio;
    machine->virtio_count = board->cards_count;
}

int board_start(struct board *board, bool sandbox, struct error *error)
{
    int result = serial_start(&board->serial, error);

    for (unsigned i = 0; result == 0 && i < board->cards_count; i++)
        result = virtio_start(board->cards[i], sandbox, error);
    return result;
}

int board_stop(struct board *board, int hurry_fd, struct error *error)
{
    for (unsigned i = 0; i < board->cards_count; i++)
        virtio_stop(board->cards[i], hurry_fd);
    int result = serial_stop(&board->serial, hurry_fd, error);
    return result == 0 && board->console ? virtio_console_check(board->console, error) : result;
}

void board_destroy(struct board *board)
{
    if (!board->made)
        return;
    cards_destroy(board);
    if (board->has_serial) {
        serial_destroy(&board->serial);
        i8042_destroy(&board->i8042);
        cmos_destroy(&board->cmos);
    }
    irq_destroy(&board->serial_irq);
    virtio_window_destroy(&board->window);
}
