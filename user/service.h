/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SERVICE_H
#define DIVULGE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SERVICE_LETTERS	4

bool service_letters(uint32_t code, char letters[SERVICE_LETTERS]);
bool service_parse(const char *arg, uint32_t *code);
void service_put(FILE *out, uint32_t code);

#endif
