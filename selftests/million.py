#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A million births, which takes 4 GB of memory and a while."""

import common
import losses

if __name__ == "__main__":
    common.need_module()
    common.begin([
        ("reader_stops", losses.reader_stops(1000000)),
        ("kernel_has_no_room", losses.kernel_has_no_room(100000, 256)),
    ])
