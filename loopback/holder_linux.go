package loopback

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"authdeck/internal/safetext"
)

// socket is a listening one of /proc/net/tcp or tcp6.
type socket struct {
	addr  netip.AddrPort
	uid   string
	inode string
}

// holder names the program that keeps ip:port from being bound: one that listens there, on the wildcard, or, when
// neither is to be seen, on the same port of the other family.
func holder(ip string, port int) string {
	want := netip.MustParseAddr(ip)
	var best *socket
	rank := 0
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, s := range listening(string(table), port) {
			if r := blocks(s.addr.Addr(), want); r > rank {
				best, rank = &s, r
			}
		}
	}
	if best == nil {
		return ""
	}
	if pid := owner(best.inode); pid != "" {
		comm, err := os.ReadFile(filepath.Join("/proc", pid, "comm"))
		if name := safetext.Line(strings.TrimSpace(string(comm)), 30); err == nil && name != "" {
			return fmt.Sprintf("%s (pid %s)", name, pid)
		}
		return "a program (pid " + pid + ")"
	}
	return "a program of the user with id " + best.uid
}

// blocks ranks how surely a socket at a is what keeps want from being bound; 0 if it cannot be.
func blocks(a, want netip.Addr) int {
	switch {
	case a.Unmap() == want:
		return 3
	case a.IsUnspecified():
		return 2
	case a.Unmap().IsLoopback():
		return 1
	}
	return 0
}

// listening reads the sockets in state LISTEN at a port out of a table; lines it cannot read are passed over.
func listening(table string, port int) []socket {
	const listen = "0A"
	var out []socket
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 10 || f[3] != listen {
			continue
		}
		if a, ok := address(f[1]); ok && int(a.Port()) == port {
			out = append(out, socket{addr: a, uid: f[7], inode: f[9]})
		}
	}
	return out
}

// address reads "0100007F:1F90": words of 32 bits in the machine's byte order, then the port.
func address(s string) (netip.AddrPort, bool) {
	host, port, ok := strings.Cut(s, ":")
	raw, err := hex.DecodeString(host)
	if !ok || err != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	a, ok := netip.AddrFromSlice(raw)
	p, err := strconv.ParseUint(port, 16, 16)
	return netip.AddrPortFrom(a, uint16(p)), ok && err == nil
}

// owner finds the process that has the socket open, "" if it is another user's.
func owner(inode string) string {
	link := "socket:[" + inode + "]"
	fds, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return ""
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && to == link {
			return strings.Split(fd, "/")[2]
		}
	}
	return ""
}
