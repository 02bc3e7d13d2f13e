/*
 * sandbox.c - see sandbox.h.  The list was made from what the libraries do while a gateway runs
 * (libevent, libzmq with its thread, OpenSSL, malloc) and is held by the scenarios, which run with
 * it.
 */
#include "rt/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define WATCHED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED 1
#endif
#ifndef WATCHED
#define WATCHED 0
#endif

bool sandbox_is_possible(void)
{
	return !WATCHED;
}

static int fail(char why[SANDBOX_WHY], const char *what, int error)
{
	snprintf(why, SANDBOX_WHY, "%s: %s", what, strerror(error));
	return 1;
}

/* Root */

int sandbox_user(const char *user, char why[SANDBOX_WHY])
{
	const struct passwd *who;
	int with_parent = 0;

	if (!*user)
		return 0;
	errno = 0;
	who = getpwnam(user);
	if (!who)
		return fail(why, user, errno ? errno : ENOENT);
	if (geteuid() == who->pw_uid && getuid() == who->pw_uid)
		return 0;
	/* Another user's process would not be told of its parent's end any more. */
	prctl(PR_GET_PDEATHSIG, &with_parent);
	if (initgroups(user, who->pw_gid) < 0 ||
	    setresgid(who->pw_gid, who->pw_gid, who->pw_gid) < 0 ||
	    setresuid(who->pw_uid, who->pw_uid, who->pw_uid) < 0)
		return fail(why, user, errno);
	prctl(PR_SET_PDEATHSIG, with_parent);
	if (who->pw_uid != 0 && setuid(0) == 0)
		return fail(why, "root came back", EPERM);
	return 0;
}

/* Capabilities, privileges, dumps */

static bool drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* Needs a capability itself; without it there is nothing to be had from the bounding set. */
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap) < 0)
			break;
	return syscall(SYS_capset, &head, none) == 0;
}

int sandbox_lock(char why[SANDBOX_WHY])
{
	const struct rlimit none = { 0, 0 };

	if (!drop_capabilities())
		return fail(why, "capabilities", errno);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(why, "no_new_privs", errno);
	if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		return fail(why, "core dumps", errno);
	return 0;
}

/* System calls */

static const int allowed[] = {
	/* bytes */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(pread64),
	SCMP_SYS(lseek),
	/* sockets */
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(connect),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(socketpair),
	/* descriptors */
	SCMP_SYS(close),
	SCMP_SYS(fcntl),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(getcwd),
	SCMP_SYS(eventfd2),
	SCMP_SYS(getdents64), /* to count them */
	/* waiting */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(futex),
	SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall),
	/* time */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(alarm),
	SCMP_SYS(setitimer),
	/* memory; pages to run only those that are there (may_not_run) */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(getrandom),
	/* itself */
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrusage),
	SCMP_SYS(uname),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_getparam), /* a thread of libzmq that has just begun aborts without these */
	SCMP_SYS(sched_getscheduler),
	SCMP_SYS(sched_setscheduler),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Nobody but an intruder. */
static const int deadly[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(memfd_create),
	SCMP_SYS(mount),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(bpf),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(add_key),
	SCMP_SYS(keyctl),
};

/* A call that is allowed while the bits `mask` of an argument are `value`. */
struct bounded {
	int call;
	unsigned argument;
	uint64_t mask, value;
};

static const struct bounded bounded[] = {
	{ SCMP_SYS(open), 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
	{ SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
	{ SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
	{ SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
	{ SCMP_SYS(socket), 0, UINT32_MAX, AF_UNIX },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, FIONREAD },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, FIONBIO },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TCGETS }, /* stdio: is it a terminal? */
};

/* To find a host by its name, and to connect to it. libzmq asks the kernel for our interfaces by
 * netlink, whose own address is shorter than any that one can listen at. */
static const struct bounded abroad[] = {
	{ SCMP_SYS(bind), 2, UINT32_MAX, sizeof(struct sockaddr_nl) },
	{ SCMP_SYS(sendmmsg), 2, 0, 0 },
	{ SCMP_SYS(socket), 0, UINT32_MAX, AF_INET },
	{ SCMP_SYS(socket), 0, UINT32_MAX, AF_INET6 },
	{ SCMP_SYS(socket), 0, UINT32_MAX, AF_NETLINK },
};

static bool add_calls(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = seccomp_rule_add(filter, action, calls[i], 0);

		if (r < 0 && r != -EDOM) /* this machine's kernel has no such call */
			return false;
	}
	return true;
}

static bool add_bounded(scmp_filter_ctx filter, const struct bounded *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct scmp_arg_cmp cmp = { list[i].argument, SCMP_CMP_MASKED_EQ,
						  list[i].mask, list[i].value };
		int r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, list[i].call, 1, &cmp);

		if (r < 0 && r != -EDOM)
			return false;
	}
	return true;
}

static bool fill(scmp_filter_ctx filter, bool internet)
{
	/* abort(); others of our user are nobody's to end. */
	const struct bounded self = { SCMP_SYS(tgkill), 0, UINT32_MAX, (uint32_t)getpid() };

	return seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	       seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
	       add_calls(filter, SCMP_ACT_ALLOW, allowed, ARRAY_LEN(allowed)) &&
	       add_calls(filter, SCMP_ACT_KILL_PROCESS, deadly, ARRAY_LEN(deadly)) &&
	       add_bounded(filter, bounded, ARRAY_LEN(bounded)) && add_bounded(filter, &self, 1) &&
	       (!internet || add_bounded(filter, abroad, ARRAY_LEN(abroad)));
}

int sandbox_filter(bool internet, char why[SANDBOX_WHY])
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!filter)
		return fail(why, "seccomp", ENOMEM);
	r = fill(filter, internet) ? seccomp_load(filter) : -EINVAL;
	seccomp_release(filter);
	return r < 0 ? fail(why, "seccomp", -r) : 0;
}
