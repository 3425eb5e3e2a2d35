# SPDX-License-Identifier: GPL-2.0
# What the tests in shell share. To be sourced.

# shellcheck source=/dev/null
. "$KTAP_HELPERS"

tmp=$(mktemp -d)
cleanups=
trap 'eval "$cleanups"; rm -rf "$tmp"' EXIT

# at_exit COMMAND: run it at the end, the last first
at_exit()
{
	cleanups="$1; $cleanups"
}

# result NAME [STATUS]: report a test by the last command's exit code
result()
{
	local status=${2-$?}

	if [ "$status" -eq 0 ]; then
		ktap_test_pass "$1"
	elif [ "$status" -eq "$KSFT_SKIP" ]; then
		ktap_test_skip "$1"
	else
		ktap_test_fail "$1"
	fi
}

# run_tests NAME...: each a function, which says in its exit code how it went
run_tests()
{
	local name

	ktap_print_header
	ktap_set_plan "$#"
	for name; do
		"$name"
		result "$name"
	done
	ktap_finished
}

# skip_all WHY: there is nothing to test here
skip_all()
{
	ktap_print_header
	ktap_skip_all "$*"
	exit "$KSFT_SKIP"
}

# wait_for SECONDS COMMAND...: until it succeeds, longer on a slow kernel
wait_for()
{
	local end=$(($(date +%s) + $1 * ${DIVULGE_PATIENCE:-1}))

	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# fails CODE PATTERN COMMAND...: it must exit with CODE and complain in one
# line that matches PATTERN
fails()
{
	local code=$1 pattern=$2 status=0

	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	if [ "$status" -ne "$code" ] || [ "$(wc -l <"$tmp/err")" -ne 1 ] ||
	   ! grep -qE "$pattern" "$tmp/err"; then
		ktap_print_msg "$*: exit code $status, not $code, and said:"
		sed 's/^/#   /' "$tmp/err"
		return 1
	fi
}
