// SPDX-License-Identifier: GPL-2.0
/*
 * What people call a point in time.
 *
 * date(1) is on every system and reads more ways to say it than would be worth
 * writing here; so it is asked.
 */

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "when.h"

#define LOCALE	"LC_ALL="
#define BLANKS	" \t\n\v\f\r"

/* "-67768040609740800.000000000\n" and room to spare */
#define MAX_ANSWER	64

/* The environment with the C locale, in which a number is written plainly. */
static char **plain_environ(void)
{
	size_t i, n = 0;
	char **env;

	while (environ[n])
		n++;
	env = calloc(n + 2, sizeof(*env));
	if (!env)
		return NULL;
	for (i = n = 0; environ[i]; i++)
		if (strncmp(environ[i], LOCALE, strlen(LOCALE)))
			env[n++] = environ[i];
	env[n] = LOCALE "C";
	return env;
}

/* Return: 0, or what is wrong as a negative errno. */
static int set_files(posix_spawn_file_actions_t *files, int out)
{
	int err;

	err = posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_addopen(files, STDIN_FILENO,
						       "/dev/null", O_RDONLY,
						       0);
	if (!err)
		err = posix_spawn_file_actions_addopen(files, STDERR_FILENO,
						       "/dev/null", O_WRONLY,
						       0);
	return -err;
}

static int spawn(char **argv, char **env, int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	int err;

	err = -posix_spawn_file_actions_init(&files);
	if (err)
		return err;
	err = set_files(&files, out);
	if (!err)
		err = -posix_spawnp(pid, argv[0], &files, NULL, argv, env);
	posix_spawn_file_actions_destroy(&files);
	return err;
}

static int start_date(const char *text, int out, pid_t *pid)
{
	char *argv[4] = { "date", NULL, "+%s.%N", NULL };
	int err = -ENOMEM;
	char **env;

	if (asprintf(&argv[1], "--date=%s", text) < 0)
		return -ENOMEM;
	env = plain_environ();
	if (env)
		err = spawn(argv, env, out, pid);
	free(env);
	free(argv[1]);
	return err;
}

/* Return: how much of an answer there is, or a negative errno. */
static ssize_t read_answer(int fd, char answer[MAX_ANSWER])
{
	size_t len = 0;
	ssize_t n;

	while (len < MAX_ANSWER - 1) {
		n = read(fd, answer + len, MAX_ANSWER - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += n;
	}
	answer[len] = '\0';
	return len;
}

/* Return: 0; -EINVAL if it did not like what it was asked; or what failed. */
static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		/* With SIGCHLD ignored nobody knows; the answer has to do */
		if (errno == ECHILD)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
	return status ? -EINVAL : 0;
}

static int ask_date(const char *text, char answer[MAX_ANSWER])
{
	ssize_t len = 0;
	int fds[2], err;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	err = start_date(text, fds[1], &pid);
	close(fds[1]);
	if (!err)
		len = read_answer(fds[0], answer);
	close(fds[0]);
	if (!err)
		err = wait_for(pid);
	return len < 0 ? len : err;
}

static bool is_number(const char *digits, size_t len)
{
	return strspn(digits, "0123456789") == len;
}

/* The seconds are rounded down, so the nanoseconds go up before 1970 too. */
static int take_answer(const char *answer, struct divulge_moment *moment)
{
	const char *nsec = strchr(answer, '.');
	char *end;

	if (!nsec || !is_number(nsec + 1, 9) || strcmp(nsec + 10, "\n"))
		return -EINVAL;
	memset(moment, 0, sizeof(*moment));
	errno = 0;
	moment->sec = strtoll(answer, &end, 10);
	moment->nsec = strtoul(nsec + 1, NULL, 10);
	return errno || end == answer || end != nsec ? -EINVAL : 0;
}

/**
 * when_parse - read a point in time as date(1) does
 * @text: what "date --date" takes; but nothing is no time
 * @moment: filled
 *
 * Return: 0; -EINVAL if date(1) does not take it; or a negative errno if
 * date(1) could not be asked.
 */
int when_parse(const char *text, struct divulge_moment *moment)
{
	char answer[MAX_ANSWER];
	int err;

	if (!text[strspn(text, BLANKS)])
		return -EINVAL;
	err = ask_date(text, answer);
	return err ? err : take_answer(answer, moment);
}
