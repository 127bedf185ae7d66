package main

import (
	"os"
	"strconv"
	"strings"
)

// processName is what the kernel calls a process: its program's name, or its script's, cut to 15 bytes.
func processName(pid int) string {
	name, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(name), "\n")
}
