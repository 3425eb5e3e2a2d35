#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What cannot be had is said in one clear line, with the right exit code.

set -u

dir=$(dirname "$0")
# shellcheck source=common.sh
. "$dir/common.sh"

[ -d /sys/module/divulge ] || skip_all "divulge.ko is not loaded"
[ "$(id -u)" -eq 0 ] || skip_all "to give up privileges needs root"
command -v divulge >/dev/null || skip_all "there is no divulge on PATH"

without()
{
	setpriv --bounding-set "-$1" --inh-caps "-$1" "${@:2}"
}

nobody()
{
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

tests=()

without_module()
{
	fails 1 "module is not loaded.*(modprobe|insmod)" divulge birth / &&
	fails 1 "module is not loaded.*(modprobe|insmod)" divulge dccp &&
	fails 1 "module is not loaded.*(modprobe|insmod)" divulge info &&
	fails 1 "module is not loaded.*(modprobe|insmod)" divulge monitor &&
	fails 1 "module is not loaded.*(modprobe|insmod)" \
		divulge monitor dccp --interval 1s &&
	fails 1 "module is not loaded.*(modprobe|insmod)" divulged /
}

tests+=(no_such_path)
no_such_path()
{
	fails 1 "/no/such.*No such file or directory" \
		divulge birth /no/such &&
	fails 1 "/no/such.*No such file or directory" \
		divulge birth --json /no/such &&
	fails 1 "/no/such.*No such file or directory" \
		divulge monitor births /no/such &&
	fails 1 "/no/such.*No such file or directory" divulged /no/such
}

tests+=(others_are_done_all_the_same)
others_are_done_all_the_same()
{
	fails 1 "/no/such" divulge birth --json / /no/such /tmp &&
	[ "$(wc -l <"$tmp/out")" -eq 2 ]
}

tests+=(no_birth_time)
no_birth_time()
{
	fails 1 "/proc/version.*proc" divulge birth /proc/version &&
	fails 1 "/proc/version.*proc" divulge birth --json /proc/version &&
	grep -q '"btime": *null' "$tmp/out" &&
	grep -q '"missing": *"not-stored"' "$tmp/out"
}

tests+=(date_absent)
date_absent()
{
	fails 1 "date.*No such file" env PATH=/no/such \
		"$(command -v divulge)" birth --since now /
}

tests+=(paths_are_those_of_find)
paths_are_those_of_find()
{
	mkdir -p "$tmp/tree/a/b" "$tmp/tree/c" &&
	touch "$tmp/tree/a/b/"$'new\nline' "$tmp/tree/c/"$'\xff' || return 1
	(
		cd "$tmp/tree" &&
		for dir in . ./ a c/ "$tmp/tree"; do
			divulge birth -r0 "$dir" | sort -z >"$tmp/out" &&
			find "$dir" -print0 | sort -z | cmp - "$tmp/out" ||
				exit 1
		done
	)
}

tests+=(not_to_be_watched)
not_to_be_watched()
{
	fails 1 "/proc.*cannot be watched" divulge monitor births /proc &&
	fails 1 "/proc.*cannot be watched" divulged --no-dccp /proc
}

tests+=(without_privileges)
without_privileges()
{
	fails 1 CAP_SYS_ADMIN without sys_admin divulge monitor births /tmp &&
	fails 1 CAP_SYS_ADMIN nobody divulge monitor births /tmp &&
	fails 1 CAP_SYS_ADMIN nobody divulged /tmp
}

tests+=(what_needs_no_privileges)
what_needs_no_privileges()
{
	nobody divulge birth --json /dev/shm >/dev/null &&
	nobody divulge dccp >/dev/null &&
	nobody divulge info >/dev/null &&
	without net_admin divulge dccp >/dev/null
}

tests+=(wrong_usage)
wrong_usage()
{
	fails 2 "" divulge &&
	fails 2 "see 'divulge --help'" divulge nonsense &&
	fails 2 "see 'divulge birth --help'" divulge birth &&
	fails 2 "no option '--nonsense'" divulge birth --nonsense / &&
	fails 2 "no option '-x'" divulge birth --json -xL / &&
	fails 2 "'--json' takes no value" divulge birth --json=1 / &&
	fails 2 "no file" divulge birth -r &&
	fails 2 "'no day' is no time" divulge birth --since "no day" / &&
	fails 2 "'' is no time" divulge birth --until "" / &&
	fails 2 "before '--since'" \
		divulge birth --since now --until yesterday / &&
	fails 2 "'--since' needs a value" divulge birth --since &&
	fails 2 "'x' is no type" divulge birth --type f,x / &&
	fails 2 "'' is no type" divulge birth --type "" / &&
	fails 2 "'-1' is no depth" divulge birth -r --max-depth -1 / &&
	fails 2 "needs '--recursive'" divulge birth --max-depth 1 / &&
	fails 2 "needs '--recursive'" divulge birth --cross / &&
	fails 2 "no field 'nonsense'" divulge birth --format '{nonsense}' / &&
	fails 2 "has no '}'" divulge birth --format '{path' / &&
	fails 2 "'.r' in the format" divulge birth --format '\r' / &&
	fails 2 "'--json' goes with" divulge birth --json -0 / &&
	fails 2 "'--json' goes with" divulge birth --json --format x / &&
	fails 2 "'--count' needs a value" divulge monitor --count &&
	fails 2 "" divulge monitor --count nothing / &&
	fails 2 "" divulge monitor --count 0 / &&
	fails 2 "'x' is no DCCP event" divulge monitor --event state,x / &&
	fails 2 "event is for DCCP" \
		divulge monitor births --event loss / &&
	fails 2 "state is for DCCP" \
		divulge monitor births --state open / &&
	fails 2 "netns is for DCCP" divulge monitor births -N x / &&
	fails 2 "netns goes with 'monitor dccp'" divulge monitor -N x / &&
	fails 2 "not in all" divulge monitor dccp --netns all &&
	fails 2 "type and --subtree are for births" \
		divulge monitor dccp --subtree &&
	fails 2 "'5 s' is no length of time" \
		divulge monitor dccp --interval "5 s" &&
	fails 2 "'0' is not between 10ms and 24h" \
		divulge monitor dccp --interval 0 &&
	fails 2 "interval goes with 'monitor dccp'" \
		divulge monitor --interval 1s / &&
	fails 2 "no use for --event" \
		divulge monitor dccp --interval 1s --event loss &&
	fails 2 "" divulge dccp extra &&
	fails 2 "" divulge info extra &&
	fails 2 "" divulged --output nonsense / &&
	fails 2 "" divulged --output xml:- / &&
	fails 2 "no use for --event" divulged --no-dccp --event loss / &&
	fails 2 "" divulged --no-births --no-dccp
}

tests+=(help_is_no_error)
help_is_no_error()
{
	divulge --help >/dev/null &&
	divulge --version >/dev/null &&
	divulge birth --help >/dev/null &&
	divulged --help >/dev/null
}

tests+=(info_tells_abilities)
info_tells_abilities()
{
	divulge info >"$tmp/out" &&
	grep -q "DCCP sockets *present" "$tmp/out" &&
	divulge info --json >"$tmp/out" &&
	python3 - "$tmp/out" <<-END
	import json, sys
	info = json.load(open(sys.argv[1]))
	assert info["dccp_dump"] == info["birth_watch"] == "present", info
	END
}

tests+=(full_disk)
full_disk()
{
	fails 1 "No space left on device" \
		sh -c 'exec divulge info --json >/dev/full' &&
	fails 1 "No space left on device" \
		sh -c 'exec divulge birth --json /dev/shm >/dev/full' &&
	fails 1 "No space left on device" \
		sh -c 'exec divulge birth -r0 /dev/shm >/dev/full' &&
	fails 1 "No space left on device" \
		sh -c 'exec divulge info >/dev/full' &&
	fails 1 "No space left on device" \
		sh -c 'exec divulge birth /dev/shm >/dev/full' &&
	fails 1 "cannot write" sh -c 'exec divulge birth /dev/shm >&-'
}

# Last, since the module goes and comes back.
tests+=(module_absent)
module_absent()
{
	local status=0

	[ -e "${DIVULGE_KO-}" ] || return "$KSFT_SKIP"
	rmmod divulge || return 1
	without_module || status=1
	insmod "$DIVULGE_KO" || status=1
	return "$status"
}

run_tests "${tests[@]}"
