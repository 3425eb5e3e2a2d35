/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_TRANSFER_H
#define DIVULGE_TRANSFER_H

struct conn;
struct input;
struct plan;

int transfer(const struct plan *plan, struct conn *conn, struct input *in);

#endif
