//go:build linux && (amd64 || arm64)

package worker

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Offsets in the data that a filter sees (struct seccomp_data); of an argument the low half.
const (
	offNumber = 0
	offArch   = 4
	offArg0   = 16
)

// filter takes away the system calls of which a worker has no use: those that open or change anything by a name, reach the network,
// start or touch another process, and those by which a program gets around such limits. It holds for all threads, and with it
// no_new_privs. It needs no path rules and no particular kernel, so it is there where Landlock is not. A kernel without filters
// is done without.
func filter() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("want no new privileges: %w", err)
	}
	program := filterProgram(uint32(os.Getpid())) //nolint:gosec // a process id
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&fprog))) //nolint:gosec // as the call wants it
	runtime.KeepAlive(program)
	if e != 0 && !errors.Is(e, unix.ENOSYS) && !errors.Is(e, unix.EINVAL) {
		return fmt.Errorf("filter system calls: %w", e)
	}
	return nil
}

func filterProgram(self uint32) []unix.SockFilter {
	const refuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	ret := func(what uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: what} }
	jump := func(code uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | code, K: k, Jt: yes, Jf: no}
	}
	p := []unix.SockFilter{
		load(offArch), jump(unix.BPF_JEQ, auditArch, 1, 0), ret(unix.SECCOMP_RET_KILL_PROCESS),
		load(offNumber),
		jump(unix.BPF_JGE, 0x40000000, 0, 1), ret(refuse), // the numbers of another convention (x32)
		jump(unix.BPF_JEQ, unix.SYS_CLONE3, 0, 1), ret(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)), // C libraries then take clone, whose flags can be seen
	}
	for _, number := range forbidden() {
		p = append(p, jump(unix.BPF_JEQ, number, 0, 1), ret(refuse))
	}
	// Threads yes, processes no.
	p = append(p, jump(unix.BPF_JEQ, unix.SYS_CLONE, 0, 4), load(offArg0), jump(unix.BPF_JSET, unix.CLONE_THREAD, 1, 0), ret(refuse), ret(unix.SECCOMP_RET_ALLOW))
	// Signals to itself, as Go's scheduler sends them, and its own limits.
	for _, number := range []uint32{unix.SYS_TGKILL, unix.SYS_KILL} {
		p = append(p, jump(unix.BPF_JEQ, number, 0, 4), load(offArg0), jump(unix.BPF_JEQ, self, 1, 0), ret(refuse), ret(unix.SECCOMP_RET_ALLOW))
	}
	p = append(p, jump(unix.BPF_JEQ, unix.SYS_PRLIMIT64, 0, 5), load(offArg0), jump(unix.BPF_JEQ, 0, 2, 0), jump(unix.BPF_JEQ, self, 1, 0), ret(refuse), ret(unix.SECCOMP_RET_ALLOW))
	return append(p, ret(unix.SECCOMP_RET_ALLOW))
}

func forbidden() []uint32 {
	return append(
		forbiddenHere(),
		// by name
		unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT,
		unix.SYS_SYMLINKAT, unix.SYS_MKDIRAT, unix.SYS_MKNODAT, unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWNAT, unix.SYS_FCHMOD, unix.SYS_FCHOWN, unix.SYS_UTIMENSAT,
		unix.SYS_TRUNCATE, unix.SYS_READLINKAT, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2, unix.SYS_CHDIR, unix.SYS_FCHDIR, unix.SYS_CHROOT, unix.SYS_PIVOT_ROOT, unix.SYS_STATFS,
		unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_FSETXATTR, unix.SYS_GETXATTR, unix.SYS_LGETXATTR, unix.SYS_LISTXATTR, unix.SYS_INOTIFY_INIT1, unix.SYS_FANOTIFY_INIT,
		unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_FSOPEN, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR, unix.SYS_SWAPON,
		unix.SYS_MEMFD_CREATE, unix.SYS_MEMFD_SECRET,
		// network, and what carries data between processes
		unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_ACCEPT, unix.SYS_ACCEPT4, unix.SYS_SENDTO, unix.SYS_SENDMSG, unix.SYS_SENDMMSG,
		unix.SYS_RECVFROM, unix.SYS_RECVMSG, unix.SYS_RECVMMSG, unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_MSGGET, unix.SYS_SEMGET, unix.SYS_MQ_OPEN,
		// other processes, other rights
		unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD,
		unix.SYS_PIDFD_SEND_SIGNAL, unix.SYS_TKILL, unix.SYS_RT_SIGQUEUEINFO, unix.SYS_RT_TGSIGQUEUEINFO, unix.SYS_KCMP, unix.SYS_SETNS, unix.SYS_UNSHARE, unix.SYS_SETSID, unix.SYS_SETPGID,
		unix.SYS_SETUID, unix.SYS_SETGID, unix.SYS_SETREUID, unix.SYS_SETREGID, unix.SYS_SETRESUID, unix.SYS_SETRESGID, unix.SYS_SETGROUPS, unix.SYS_CAPSET, unix.SYS_PERSONALITY,
		unix.SYS_PRCTL, unix.SYS_SETPRIORITY, unix.SYS_SCHED_SETSCHEDULER, unix.SYS_SCHED_SETATTR, unix.SYS_IOPRIO_SET,
		// the kernel
		unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY,
		unix.SYS_REQUEST_KEY, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_REBOOT, unix.SYS_SYSLOG, unix.SYS_ACCT, unix.SYS_QUOTACTL,
		unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX, unix.SYS_VHANGUP,
	)
}
