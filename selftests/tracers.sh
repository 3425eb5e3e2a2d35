#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What divulge(8) says under TRACING does what it says, with the tracers that
# Debian has.

set -u

dir=$(dirname "$0")
# shellcheck source=common.sh
. "$dir/common.sh"

page=$DIVULGE_TOP/user/man/divulge.8
number=20

[ -d /sys/module/divulge ] || skip_all "divulge.ko is not loaded"
[ "$(id -u)" -eq 0 ] || skip_all "tracing needs root"
[ -d /sys/kernel/tracing/events/divulge ] || skip_all "there is no tracefs"
mountpoint -q /mnt/ext4 || skip_all "nothing is mounted at /mnt/ext4"

files=$(mktemp -d /mnt/ext4/tracers.XXXXXX)
at_exit "rm -rf $files"
cd "$tmp" || exit 1

# perf looks up every symbol of the kernel that it may see, which takes most of
# a minute without KVM, and none is wanted here.
restrict=$(sysctl -n kernel.kptr_restrict)
sysctl -q kernel.kptr_restrict=2
at_exit "sysctl -q kernel.kptr_restrict=$restrict"

# from_page COMMAND: the commands that begin so, with what continues them, as
# the page shows them; they are to watch our filesystem.
from_page()
{
	sed -n '/^\.SH TRACING/,/^\.fi/p' "$page" |
		sed -e 's/\\-/-/g' -e 's/\\e/\\/g' -e 's,/home\>,/mnt/ext4,' |
		awk -v command="# $1 " '
			/^[.#]/ { on = index($0 " ", command) == 1; sub(/^# /, "") }
			on'
}

# monitor: number of the process that watches, once there is one
monitor()
{
	divulge watches --json | sed -n 's/.*"portid":\([0-9]*\).*/\1/p'
}

watches()
{
	[ -n "$(monitor)" ]
}

# make_files PREFIX: the births there are to be seen
make_files()
{
	local i

	for ((i = 0; i < number; i++)); do
		: >"$files/$1$i" && echo "$1$i"
	done >"$tmp/made"
}

# traces TRACER COMMAND: run a command of the page, and have files made as soon
# as its monitor watches
traces()
{
	local tracer status=0

	from_page "$2" >"$tmp/command"
	[ -s "$tmp/command" ] || return 1
	# Into a file: perf would write its data to a pipe.
	sh "$tmp/command" >"$tmp/$1.out" 2>"$tmp/$1.err" </dev/null &
	tracer=$!
	if wait_for 60 watches; then
		make_files "$1"
		wait_for 20 all_told "$tmp/$1.out" || status=1
		kill -INT "$(monitor)"
	else
		status=1
		kill "$tracer"
	fi
	wait "$tracer" || status=1
	[ "$status" -eq 0 ] || sed 's/^/# /' "$tmp/command" "$tmp/$1.err"
	return "$status"
}

# all_told FILE: so its monitor has told of all, and ends when it is told to
all_told()
{
	[ "$(grep -c ' born ' "$1")" -eq "$number" ]
}

# shows_made FILE: the names, one a line, are those of the files, in order
shows_made()
{
	diff "$tmp/made" "$1" >"$tmp/diff" && return
	sed 's/^/# /' "$tmp/diff"
	return 1
}

# reports COMMAND: a command of the page shows the births of the last record
reports()
{
	from_page "$1" >"$tmp/command"
	sh "$tmp/command" >"$tmp/report" 2>/dev/null </dev/null || return 1
	sed -n 's/.* divulge:file_birth: .* name=//p; s/.* file_birth: .* name=//p' \
		"$tmp/report" >"$tmp/names"
	shows_made "$tmp/names"
}

perf_record()
{
	traces perf "perf record" && reports "perf script"
}

trace_cmd_record()
{
	traces trace-cmd "trace-cmd record" && reports "trace-cmd report"
}

bpftrace_prints()
{
	traces bpftrace bpftrace || return 1
	# Between them the monitor tells of the births.
	grep -v ' born ' "$tmp/bpftrace.out" |
		sed -n 's/^tracers.sh //p' >"$tmp/names"
	shows_made "$tmp/names"
}

run_tests perf_record trace_cmd_record bpftrace_prints
