// SPDX-License-Identifier: GPL-2.0
/*
 * For tests: faults on purpose, by which the kernel's checkers show that they
 * work. "echo NAME >/sys/module/faults/parameters/commit" commits one of them.
 * And what a failed allocation does to divulge.ko's init can be seen without
 * one in the rest of loading a module: see fail_init.
 */

#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

#define SIZE	64

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spinning);

/* What is read is of use to nobody, but the compiler does not know. */
static int result;

static int none(void)
{
	return 0;
}

static int use_after_free(void)
{
	char *freed = kzalloc(SIZE, GFP_KERNEL);

	if (!freed)
		return -ENOMEM;
	kfree(freed);
	OPTIMIZER_HIDE_VAR(freed);
	WRITE_ONCE(result, READ_ONCE(freed[SIZE / 2]));
	return 0;
}

/* Neighbours would be found without KASAN_VMALLOC as well: stay in the page. */
static int beyond_vmalloc(void)
{
	char *area = vzalloc(SIZE);

	if (!area)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(area);
	WRITE_ONCE(result, READ_ONCE(area[2 * SIZE]));
	vfree(area);
	return 0;
}

static int inverted_locks(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

static int sleep_in_atomic(void)
{
	spin_lock(&spinning);
	might_sleep();
	spin_unlock(&spinning);
	return 0;
}

static int lost_memory(void)
{
	char *lost = kzalloc(SIZE, GFP_KERNEL);

	if (!lost)
		return -ENOMEM;
	WRITE_ONCE(result, lost[0]);
	return 0;
}

static void on_timer(struct timer_list *timer)
{
}

static int freed_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return -ENOMEM;
	timer_setup(timer, on_timer, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
	return 0;
}

static int wide_shift(void)
{
	int bits = 64;

	OPTIMIZER_HIDE_VAR(bits);
	WRITE_ONCE(result, 1 << bits);
	return 0;
}

static int array_bounds(void)
{
	static int array[4], *end;
	int index = 5;	/* even [4] may be pointed to */

	OPTIMIZER_HIDE_VAR(index);
	end = &array[index];
	WRITE_ONCE(result, end == array);
	return 0;
}

/* No fault, but one that can be put into it: a failed allocation. */
static int allocation(void)
{
	char *memory = kmalloc(SIZE, GFP_KERNEL);

	if (!memory)
		return -ENOMEM;
	kfree(memory);
	return 0;
}

static long raced;

static int race_on(void *unused)
{
	while (!kthread_should_stop()) {
		raced++;
		cond_resched();
	}
	return 0;
}

/* Until whoever asked for it is interrupted */
static int racing_threads(void)
{
	struct task_struct *other;

	other = kthread_run(race_on, NULL, "faults");
	if (IS_ERR(other))
		return PTR_ERR(other);
	while (!signal_pending(current)) {
		raced++;
		cond_resched();
	}
	return kthread_stop(other);
}

static const struct {
	const char *name;
	int (*commit)(void);
} faults[] = {
	{ "none", none },
	{ "use_after_free", use_after_free },
	{ "beyond_vmalloc", beyond_vmalloc },
	{ "inverted_locks", inverted_locks },
	{ "sleep_in_atomic", sleep_in_atomic },
	{ "lost_memory", lost_memory },
	{ "freed_timer", freed_timer },
	{ "wide_shift", wide_shift },
	{ "array_bounds", array_bounds },
	{ "allocation", allocation },
	{ "racing_threads", racing_threads },
};

static int set_commit(const char *name, const struct kernel_param *param)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (sysfs_streq(name, faults[i].name))
			return faults[i].commit();
	}
	return -EINVAL;
}

static const struct kernel_param_ops commit_ops = { .set = set_commit };

static unsigned int fail_init;
module_param(fail_init, uint, 0644);
MODULE_PARM_DESC(fail_init, "which allocation from divulge.ko's init on fails");

static int on_module(struct notifier_block *nb, unsigned long state,
		     void *data)
{
#ifdef CONFIG_FAULT_INJECTION
	const struct module *mod = data;

	if (state == MODULE_STATE_COMING && !strcmp(mod->name, "divulge"))
		current->fail_nth = fail_init;
#endif
	return NOTIFY_DONE;
}

/* Behind the kernel's own, of which that for tracepoints warns of a failure */
static struct notifier_block notifier = {
	.notifier_call = on_module,
	.priority = INT_MIN,
};

static int __init faults_init(void)
{
	return register_module_notifier(&notifier);
}

static void __exit faults_exit(void)
{
	unregister_module_notifier(&notifier);
}

module_init(faults_init);
module_exit(faults_exit);

module_param_cb(commit, &commit_ops, NULL, 0200);
MODULE_PARM_DESC(commit, "name of the fault to commit");

MODULE_DESCRIPTION("Faults on purpose, for tests of the kernel's checkers");
MODULE_LICENSE("GPL");
