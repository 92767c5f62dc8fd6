package intake

import (
	"io/fs"
	"syscall"
)

// changeOf is when a file or what is known about it was last changed, by the
// system's own clock.
func changeOf(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano()
	}
	return 0
}
